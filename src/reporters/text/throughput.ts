import type { CounterResult } from '../../verdict/result.ts';
import { inWords } from '../../verdict/words.ts';
import { bytesRate, causes, count, rate } from './figures.ts';
import type { Section } from './section.ts';
import { item, table } from './table.ts';

/** What went out and came in, and what hindered it. */
export const throughput: Section = ({ totals }, width, ink) => {
  const row = (name: string, messages: CounterResult, bytes?: CounterResult) => [
    `  ${name}`,
    rate(messages.rate),
    count(messages.count),
    bytes === undefined ? '' : bytesRate(bytes.rate),
  ];
  const trouble = [
    told('sent again', totals.messages_resent),
    told('taken up more than 10 ms late', totals.publishes_late),
    told('dropped', totals.publishes_dropped),
    told('refused or given up', totals.publish_errors),
    told('never acknowledged', totals.messages_unacked),
  ].filter((line) => line !== '');
  const copied = told('of those received are further copies, for overlapping subscriptions', totals.messages_copied);
  return [
    ...table(
      [
        { title: 'Throughput', align: 'left' },
        { title: 'messages/s', align: 'right' },
        { title: 'messages', align: 'right' },
        { title: 'bytes', align: 'right', spare: 1 },
      ],
      [
        ...(totals.publishes_due.count > totals.messages_sent.count ? [row('asked', totals.publishes_due)] : []),
        row('sent', totals.messages_sent, totals.bytes_sent),
        ...(totals.messages_acked.count > 0 ? [row('acknowledged', totals.messages_acked)] : []),
        row('received', totals.messages_received, totals.bytes_received),
      ],
      width,
      ink,
    ),
    ...(copied === '' ? [] : item('·', copied, width, ink.dim)),
    ...trouble.flatMap((line) => item('!', line, width, ink.yellow)),
  ];
};

function told(name: string, { count: n, by }: CounterResult): string {
  if (n === 0) return '';
  const why = causes(inWords(by ?? {}));
  return `${count(n)} ${name}${why === '' ? '' : `: ${why}`}`;
}
