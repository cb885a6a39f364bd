import { formatCount } from '../base/units.ts';
import type { ObservedName } from '../observers/observer.ts';

/** What a broker counts otherwise than we do, and what may be behind it. */
export function disagreement(name: ObservedName, total: number, ours: number): string {
  const unit = name.startsWith('bytes') ? 'bytes' : 'messages';
  const off = total - ours;
  const share = ours === 0 ? '' : ` (${percent(Math.abs(off) / ours)})`;
  const received = name.endsWith('Received');
  const whose = received ? 'than this run sent to it' : 'than this run received from it';
  const counted = `the broker ${received ? 'received' : 'sent'} ${formatCount(Math.abs(off))} ${unit} ${off > 0 ? 'more' : 'fewer'} ${whose}${share}`;
  return `${counted}: ${why(received, off > 0)}`;
}

function why(received: boolean, more: boolean): string {
  if (received)
    return more ? 'somebody else sends to it too' : 'what was written to connections that broke may not have arrived';
  return more
    ? 'to somebody else (who watches $SYS too, perhaps), or to connections that broke'
    : 'something that it does not count, or that is not the broker, sent the rest';
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 2 : 0)} %`;
}
