import type { PartResult, Result } from '../../verdict/result.ts';
import { causes, count } from './figures.ts';
import { parts } from './parts.ts';
import type { Section } from './section.ts';
import { item, table } from './table.ts';

/** One line a broker, where there are several, and what went wrong on which of them. */
export const brokers: Section = (result, width, ink) => {
  const lines = parts('Brokers', named(result), width, ink);
  return lines.length === 0 ? [] : [...lines, ...troubles(result, width, ink)];
};

/** The same where nothing was measured: then the head of the report says what went wrong. */
export const brokersReached: Section = (result, width, ink) => {
  const entries = named(result);
  if (entries.length < 2) return [];
  const rows = entries.map(([name, part]) => [
    `  ${name}`,
    count(part.connects.count - part.reconnects.count),
    count(part.connect_errors.count),
  ]);
  const columns = [
    { title: 'Brokers', align: 'left' },
    { title: 'connected', align: 'right' },
    { title: 'failed attempts', align: 'right', spare: 1 },
  ] as const;
  return table(columns, rows, width, ink);
};

function named({ brokers }: Result): [string, PartResult][] {
  return Object.entries(brokers).map(([name, part]) => [part.embedded ? `${name} (embedded)` : name, part]);
}

const troubled = [
  ['failed attempts', 'connect_errors'],
  ['connections lost', 'disconnects'],
  ['deliveries lost', 'messages_lost'],
] as const;

function troubles(result: Result, width: number, ink: Parameters<Section>[2]): string[] {
  return named(result).flatMap(([name, part]) => {
    const told = troubled.flatMap(([words, metric]) => {
      const { count: n, by } = part[metric];
      return n === 0 ? [] : [`${count(n)} ${words} (${causes(by)})`];
    });
    return told.length === 0 ? [] : item('!', `${name}: ${told.join(', ')}`, width, ink.yellow);
  });
}
