import { formatRate } from '../../base/units.ts';
import type { CounterResult, Result } from '../../verdict/result.ts';
import { causes, count } from './figures.ts';
import type { Ink } from './ink.ts';
import type { Section } from './section.ts';
import { item, wrap } from './table.ts';

const nameWidth = 18;
export const keptNone =
  'the broker kept none of the sessions: is its persistence on (Mosquitto: persistence true), and was it saved ' +
  'before it ended?';

/** What connected, what failed and why; lines without an event are left out, but for the first. */
export const connections: Section = (result, width, ink) => {
  const { totals } = result;
  return [
    ink.bold('Connections'),
    ...line('connected', connected(result), width),
    ...told('failed attempts', totals.connect_errors, width, ink),
    ...told('connections lost', totals.disconnects, width, ink),
    ...told('taken over', { ...totals.takeovers, by: {} }, width, ink),
    ...told('connected again', totals.reconnects, width, ink),
    ...sessions(result, width, ink),
    ...told('protocol errors', totals.protocol_errors, width, ink),
    ...told('filters refused', totals.subscribe_errors, width, ink),
  ];
};

/** "84 of 84, 500/s, 80 at the end". */
export function connected({ run, totals }: Result): string {
  const ever = totals.connects.count - totals.reconnects.count;
  const pace = totals.connects.rate > 0 ? `, ${formatRate(Math.round(totals.connects.rate))}` : '';
  const last = totals.clients_connected.last;
  const left = last === ever ? '' : `, ${count(last)} at the end`;
  const of = run.runs === undefined ? `of ${count(run.clients)}` : `in ${count(run.runs)} runs`;
  return `${count(ever)} ${of}${pace}${left}`;
}

/** Kept ones only. */
function sessions({ totals }: Result, width: number, ink: Ink): string[] {
  const { sessions_resumed: resumed, sessions_gone: gone, sessions_removed: removed } = totals;
  const again = resumed.count + gone.count;
  const text = [
    ...(again > 0 ? [`${count(resumed.count)} of ${count(again)} found again`] : []),
    ...(removed.count > 0 ? [`${count(removed.count)} removed at the end`] : []),
  ].join(', ');
  if (text === '') return [];
  const told = line('kept sessions', text, width).map((words) => (gone.count > 0 ? ink.yellow(words) : words));
  const none = gone.count > 0 && resumed.count === 0;
  return none ? [...told, ...item('·', keptNone, width, ink.dim)] : told;
}

function told(name: string, { count: n, by }: CounterResult, width: number, ink: Ink): string[] {
  if (n === 0) return [];
  const why = causes(by);
  const [first = '', ...more] = line(name, `${count(n)}${why === '' ? '' : `: ${why}`}`, width);
  return [ink.yellow(first), ...more.map(ink.yellow)];
}

function line(name: string, text: string, width: number): string[] {
  return wrap(text, width - nameWidth - 4).map((words, i) => `  ${(i === 0 ? name : '').padEnd(nameWidth)}  ${words}`);
}
