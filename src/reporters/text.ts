import { formatDuration } from '../base/units.ts';
import { endReasons } from '../verdict/compare/with-comparison.ts';
import type { Result } from '../verdict/result.ts';
import { again, ranOn } from './again.ts';
import { inert } from './github/commands.ts';
import { figures, verdictWord } from './headline.ts';
import type { OpenReporter } from './reporter.ts';
import { brokers, brokersReached } from './text/brokers.ts';
import { comparison } from './text/comparison.ts';
import { connections } from './text/connections.ts';
import { delivery } from './text/delivery.ts';
import { count } from './text/figures.ts';
import type { Ink } from './text/ink.ts';
import { inkFor } from './text/ink.ts';
import { latency } from './text/latency.ts';
import { observed } from './text/observed.ts';
import { groups } from './text/parts.ts';
import { printable } from './text/printable.ts';
import { recovery } from './text/recovery.ts';
import type { Section } from './text/section.ts';
import { item, wrap } from './text/table.ts';
import { takeovers } from './text/takeovers.ts';
import { thresholds } from './text/thresholds.ts';
import { throughput } from './text/throughput.ts';
import { trust } from './text/trust.ts';

const widest = 100;
const narrowest = 40;

/** The report for people: verdict first, then what it rests on. Told from the result alone, so a saved one can be told again. */
export const text: OpenReporter = ({ stream, colour, columns }) => ({
  end(result) {
    const width = Math.max(narrowest, Math.min(widest, columns));
    stream.write(`${inert(report(printable(result), width, inkFor(colour)).join('\n'))}\n`);
  },
});

const measuredSections: readonly Section[] = [
  thresholds,
  comparison,
  throughput,
  latency,
  delivery,
  connections,
  recovery,
  takeovers,
  groups,
  brokers,
  observed,
  trust,
];
const unmeasuredSections: readonly Section[] = [connections, brokersReached, observed];

function report(result: Result, width: number, ink: Ink): string[] {
  const sections = result.run.measuredMs > 0 ? measuredSections : unmeasuredSections;
  return [head, ...sections, events, warnings, repeat]
    .map((section) => section(result, width, ink))
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

function head(result: Result, width: number, ink: Ink): string[] {
  const { verdict, reasons, run } = result;
  const asides = [
    run.name,
    ...(run.measuredMs > 0 ? [`${formatDuration(run.measuredMs)} measured`, ...figures(result)] : []),
  ];
  const [first = '', ...more] = wrap(
    asides.map((aside) => aside.replaceAll(' ', '\u00a0')).join('\u00a0· '),
    width - verdict.length - 6,
  );
  return [
    `${verdictWord(verdict, ink)}  ${first}`,
    ...more.map((line) => `${' '.repeat(verdict.length + 4)}${line}`),
    ...reasons.flatMap((reason) => item('·', reason, width, ink.dim)),
    ...endReasons(result).flatMap((reason) => item('!', reason, width, ink.yellow)),
  ];
}

function events({ events, series }: Result, width: number, ink: Ink): string[] {
  if (events.length === 0) return [];
  const shown = events.slice(0, 10);
  const left = events.length - shown.length;
  const loaded = series.some(({ phase }) => phase === 'warmUp' || phase === 'measuring');
  return [
    `${ink.bold('Events')}${ink.dim(`  from the start of ${loaded ? 'the load' : 'connecting'}`)}`,
    ...shown.flatMap(({ t, text }) =>
      item(formatDuration(Math.round(t / 100) * 100).padStart(7), text, width, ink.dim),
    ),
    ...(left > 0 ? [`  and ${count(left)} more in the result file`] : []),
  ];
}

function warnings({ warnings }: Result, width: number, ink: Ink): string[] {
  if (warnings.length === 0) return [];
  return [ink.bold('Warnings'), ...warnings.flatMap((warning) => item('!', warning, width, ink.yellow))];
}

function repeat({ run }: Result, width: number, ink: Ink): string[] {
  const command = again(run);
  return [...wrap(ranOn(run), width), ...(command === '' ? [] : pasteable(`again: ${command}`, width))].map(ink.dim);
}

/** Broken before options, and only where one does not fit between its words, the way a shell takes it. */
function pasteable(command: string, width: number): string[] {
  const room = width - 4;
  const pieces = command
    .split(/ (?=--[a-z])/)
    .flatMap((option) => (option.length <= room ? [option] : (option.match(shellWord) ?? [])));
  const lines = wrap(pieces.map((piece) => piece.replaceAll(' ', '\u00a0')).join(' '), room);
  return lines.map((line, i) => `${i === 0 ? '' : '  '}${line}${i < lines.length - 1 ? ' \\' : ''}`);
}

const shellWord = /(?:'[^']*'|\\'|[^\s'])+/g;
