import type { CounterResult, PartResult } from '../../../verdict/result.ts';
import { inWords } from '../../../verdict/words.ts';
import { bytesRate, causes, count, rate } from '../../text/figures.ts';
import { table } from '../markup.ts';
import { beside, notes, type Section, section } from './section.ts';

/** What went out and came in, and what hindered it. */
export const throughput: Section = ({ totals }, base) => {
  const before = base?.totals;
  const row = (name: string, metric: Messages, bytes?: 'bytes_sent' | 'bytes_received') => [
    name,
    beside(rate(totals[metric].rate), before && rate(before[metric].rate)),
    beside(count(totals[metric].count), before && count(before[metric].count)),
    bytes === undefined ? '' : beside(bytesRate(totals[bytes].rate), before && bytesRate(before[bytes].rate)),
  ];
  const columns = [
    { title: '', align: 'left' },
    { title: 'messages/s', align: 'right' },
    { title: 'messages', align: 'right' },
    { title: 'bytes', align: 'right' },
  ] as const;
  const rows = [
    ...(totals.publishes_due.count > totals.messages_sent.count ? [row('asked', 'publishes_due')] : []),
    row('sent', 'messages_sent', 'bytes_sent'),
    ...(totals.messages_acked.count > 0 ? [row('acknowledged', 'messages_acked')] : []),
    row('received', 'messages_received', 'bytes_received'),
  ];
  const copied = told('of those received are further copies, for overlapping subscriptions', totals.messages_copied);
  return section(
    'throughput',
    'Throughput',
    table('Throughput', columns, rows),
    notes('plain', copied),
    notes('warn', troubles(totals)),
  );
};

type Messages = 'publishes_due' | 'messages_sent' | 'messages_acked' | 'messages_received';

function troubles(totals: PartResult): string[] {
  return [
    ...told('sent again', totals.messages_resent),
    ...told('taken up more than 10 ms late', totals.publishes_late),
    ...told('dropped', totals.publishes_dropped),
    ...told('refused or given up', totals.publish_errors),
    ...told('never acknowledged', totals.messages_unacked),
  ];
}

function told(name: string, { count: n, by }: CounterResult): string[] {
  if (n === 0) return [];
  const why = causes(inWords(by ?? {}));
  return [`${count(n)} ${name}${why === '' ? '' : `: ${why}`}`];
}
