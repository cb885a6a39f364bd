import { formatCount } from '../base/units.ts';
import type { ObservedName } from '../observers/observer.ts';

/** What a broker counts otherwise than we do, and what may be behind it. `joined`: with other brokers of the run. */
export function disagreement(name: ObservedName, total: number, ours: number, joined: boolean): string {
  const unit = name.startsWith('bytes') ? 'bytes' : 'messages';
  const off = total - ours;
  const share = ours === 0 ? '' : ` (${percent(Math.abs(off) / ours)})`;
  const received = name.endsWith('Received');
  const whose = received ? 'than this run sent to it' : 'than this run received from it';
  const counted = `the broker ${received ? 'received' : 'sent'} ${formatCount(Math.abs(off))} ${unit} ${off > 0 ? 'more' : 'fewer'} ${whose}${share}`;
  return `${counted}: ${why(received, off > 0, joined)}`;
}

function why(received: boolean, more: boolean, joined: boolean): string {
  if (received && more)
    return joined
      ? 'another broker of the run passes on to it what it gets, or somebody else sends to it too'
      : 'somebody else sends to it too';
  if (received) return 'what was written to connections that broke may not have arrived';
  if (!more) return 'something that it does not count, or that is not the broker, sent the rest';
  const joinedTo = joined ? 'to another broker of the run or its observer, ' : '';
  return `${joinedTo}to somebody else (who watches $SYS too, perhaps), or to connections that broke`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 2 : 0)} %`;
}
