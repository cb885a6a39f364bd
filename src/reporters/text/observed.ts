import { formatSize } from '../../base/units.ts';
import type { ObservedName } from '../../observers/observer.ts';
import type { ObservedCounter, ObservedResult } from '../../verdict/result.ts';
import { count } from './figures.ts';
import type { Ink } from './ink.ts';
import type { Section } from './section.ts';
import { item, table, wrap } from './table.ts';

/** What observers saw of each broker, beside our counts over the whole run. */
export const observed: Section = ({ brokers }, width, ink) => {
  const seen = Object.entries(brokers).flatMap(([name, { observed: all = [] }]) => all.map((one) => ({ name, one })));
  if (seen.length === 0) return [];
  const many = new Set(seen.map(({ name }) => name)).size > 1;
  const rows = seen.flatMap(({ name, one }) => rowsOf(one, many ? `${name} ` : ''));
  const head = rows.length === 0 ? [ink.bold(columns[0].title)] : table(columns, rows, width, ink);
  return [...head, ...seen.flatMap(({ name, one }) => lines(name, one, width, ink))];
};

const columns = [
  { title: 'The broker’s own view', align: 'left' },
  { title: 'by its count', align: 'right' },
  { title: 'by ours', align: 'right' },
  { title: 'difference', align: 'right', spare: 1 },
] as const;

/** What can be held against our counts. */
export const comparable: readonly (readonly [name: ObservedName, words: string])[] = [
  ['messagesReceived', 'messages in'],
  ['messagesSent', 'messages out'],
  ['bytesReceived', 'bytes in'],
  ['bytesSent', 'bytes out'],
];

function rowsOf({ counters }: ObservedResult, whose: string): string[][] {
  return comparable.flatMap(([name, words]) => {
    const counter = counters[name];
    return counter === undefined ? [] : [[`  ${whose}${words}`, ...figures(counter)]];
  });
}

function figures({ total, ours }: ObservedCounter): string[] {
  if (ours === undefined) return [count(total)];
  const off = total - ours;
  return [count(total), count(ours), `${off > 0 ? '+' : ''}${count(off)}`];
}

function lines(name: string, { source, counters, gauges, notes }: ObservedResult, width: number, ink: Ink): string[] {
  const { messagesDropped: dropped } = counters;
  const text = `${name}: ${looked({ source, counters, gauges })}`;
  return [
    ...wrap(text, width - 4).map((line, i) => `${i === 0 ? '  ' : '    '}${line}`),
    ...(dropped !== undefined && dropped.total > 0
      ? item('!', `${name}: it says that it dropped ${count(dropped.total)} messages`, width, ink.yellow)
      : []),
    ...notes.flatMap((note) => item('!', `${name}: ${note}`, width, ink.yellow)),
  ];
}

/** What was looked at, and what was seen beside the counts. */
export function looked({ source, counters, gauges }: Pick<ObservedResult, 'source' | 'counters' | 'gauges'>): string {
  const facts = [...sysFacts(gauges), ...processFacts(counters.cpuSeconds, gauges.memoryBytes)];
  return `${source}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`;
}

function sysFacts({ clientsConnected, receivedPerMinute, sentPerMinute }: ObservedResult['gauges']): string[] {
  const load = [
    ...(receivedPerMinute === undefined ? [] : [`${count(receivedPerMinute.last)} messages in`]),
    ...(sentPerMinute === undefined ? [] : [`${count(sentPerMinute.last)} out`]),
  ];
  return [
    ...(clientsConnected === undefined ? [] : [`at most ${count(clientsConnected.max)} clients`]),
    ...(load.length === 0 ? [] : [`load ${load.join(' and ')} a minute (its moving average)`]),
  ];
}

function processFacts(cpu: ObservedCounter | undefined, memory: { readonly max: number } | undefined): string[] {
  const measured = cpu?.rate === undefined ? [] : [`CPU ${(100 * cpu.rate).toFixed(0)} % of a core while measured`];
  return [
    ...measured,
    ...(cpu === undefined ? [] : [`${cpu.total.toFixed(2)} s in all`]),
    ...(memory === undefined ? [] : [`memory at most ${formatSize(memory.max)}`]),
  ];
}
