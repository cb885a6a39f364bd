import type { PartResult } from '../../verdict/result.ts';
import { count, millis, rate } from './figures.ts';
import type { Ink } from './ink.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

/** One line a group, where there are several. */
export const groups: Section = (result, width, ink) => parts('Groups', Object.entries(result.groups), width, ink);

/** One line a part, where there are several. */
export function parts(
  title: string,
  entries: readonly (readonly [string, PartResult])[],
  width: number,
  ink: Ink,
): string[] {
  if (entries.length < 2) return [];
  return table(
    [
      { title, align: 'left' },
      { title: 'clients', align: 'right', spare: 5 },
      { title: 'sent/s', align: 'right', spare: 3 },
      { title: 'received/s', align: 'right', spare: 4 },
      { title: 'publish p99', align: 'right', spare: 2 },
      { title: 'delivery p99', align: 'right', spare: 1 },
      { title: 'lost', align: 'right' },
      { title: 'reconnects', align: 'right', spare: 6 },
    ],
    entries.map(([name, part]) => [`  ${name}`, ...partFigures(part), count(part.reconnects.count)]),
    width,
    ink,
  );
}

/** Clients, sent and received a second, p99 of publishing and of delivery in ms, lost. */
export function partFigures(part: PartResult): string[] {
  return [
    count(part.connects.count - part.reconnects.count),
    rate(part.messages_sent.rate),
    rate(part.messages_received.rate),
    millis(part.publish_time?.p99),
    millis(part.delivery_time?.p99),
    count(part.messages_lost.count),
  ];
}
