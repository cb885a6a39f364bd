import { formatDuration } from '../../base/units.ts';
import type { DeliveryResult, ViolationResult } from '../../verdict/result.ts';
import { hintsLeft, lossMeanings } from '../../verdict/words.ts';
import { causes, count, share } from './figures.ts';
import type { Ink } from './ink.ts';
import type { Section } from './section.ts';
import { item, table } from './table.ts';

const examplesShown = 5;

/** What subscribers were owed and got; absent where nothing could be foreseen. */
export const delivery: Section = (result, width, ink) => {
  const { delivery, totals, violations } = result;
  if (delivery.length === 0) return [];
  const rows = delivery.map((row) => [`  ${row.group}`, ...deliveryFigures(row)]);
  const why = causes(totals.messages_lost.by);
  const kinds = causes(totals.delivery_violations.by);
  return [
    ...table(
      [
        { title: 'Delivery', align: 'left' },
        { title: 'QoS', align: 'right' },
        { title: 'expected', align: 'right' },
        { title: 'received', align: 'right' },
        { title: 'lost', align: 'right' },
        { title: '', align: 'right', spare: 2 },
        { title: 'duplicated', align: 'right', spare: 1 },
        { title: 'out of order', align: 'right', spare: 3 },
      ],
      rows,
      width,
      ink,
    ),
    ...(why === '' ? [] : item('!', `lost: ${why}`, width, ink.yellow)),
    ...meanings(totals.messages_lost.by, width, ink),
    ...(kinds === '' ? [] : item('✗', `violations: ${kinds}`, width, ink.red)),
    ...hintsLeft(result).flatMap((hint) => item('·', hint, width, ink.dim)),
    ...violations.slice(0, examplesShown).flatMap((one) => item('·', example(one), width, ink.dim)),
  ];
};

/** QoS, expected, received, lost, the share of that, duplicated, out of order. */
export function deliveryFigures({ qos, expected, received, lost, duplicated, outOfOrder }: DeliveryResult): string[] {
  const part = share(lost, expected);
  return [String(qos), count(expected), count(received), count(lost), part, count(duplicated), count(outOfOrder)];
}

/** A broken promise, in words. */
export function example({ kind, publisher, subscriber, topic, qos, sequence, t }: ViolationResult): string {
  const when = t === null ? '' : `, due ${formatDuration(t)} after the start`;
  return `${kind}: message ${sequence} of ${publisher} on ${topic} at QoS ${qos}, to ${subscriber}${when}`;
}

/** What the causes are called is for programs: what they mean, for people. */
function meanings(by: Readonly<Record<string, number>> = {}, width: number, ink: Ink): string[] {
  const known = Object.entries(lossMeanings).filter(([cause]) => (by[cause] ?? 0) > 0);
  return known.flatMap(([cause, meaning]) => item('·', `${cause}: ${meaning}`, width, ink.dim));
}
