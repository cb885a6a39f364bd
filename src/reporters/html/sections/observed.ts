import type { ObservedCounter, ObservedResult } from '../../../verdict/result.ts';
import { count } from '../../text/figures.ts';
import { comparable, looked } from '../../text/observed.ts';
import { table } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

/** What observers saw of each broker, beside our counts over the whole run. */
export const observed: Section = ({ brokers }) => {
  const seen = Object.entries(brokers).flatMap(([name, { observed: all = [] }]) => all.map((one) => ({ name, one })));
  if (seen.length === 0) return undefined;
  const rows = seen.flatMap(({ name, one }) => rowsOf(name, one));
  return section(
    'observed',
    'The broker’s own view',
    rows.length > 0 && table('The broker’s own view', columns, rows),
    notes(
      'plain',
      seen.map(({ name, one }) => `${name}: ${looked(one)}`),
    ),
    notes(
      'warn',
      seen.flatMap(({ name, one }) => warnings(one).map((text) => `${name}: ${text}`)),
    ),
  );
};

const columns = [
  { title: 'broker', align: 'left' },
  { title: 'what', align: 'left' },
  { title: 'by its count', align: 'right' },
  { title: 'by ours', align: 'right' },
  { title: 'difference', align: 'right' },
] as const;

function rowsOf(broker: string, { counters }: ObservedResult): string[][] {
  return comparable.flatMap(([name, words]) => {
    const counter = counters[name];
    return counter === undefined ? [] : [[broker, words, ...figures(counter)]];
  });
}

function figures({ total, ours }: ObservedCounter): string[] {
  if (ours === undefined) return [count(total), '', ''];
  const off = total - ours;
  return [count(total), count(ours), `${off > 0 ? '+' : ''}${count(off)}`];
}

function warnings({ counters: { messagesDropped: dropped }, notes }: ObservedResult): string[] {
  const told =
    dropped !== undefined && dropped.total > 0 ? [`it says that it dropped ${count(dropped.total)} messages`] : [];
  return [...told, ...notes];
}
