import { formatCount, formatDuration, formatRate } from '../../base/units.ts';
import { catalog, type MetricName } from '../../metrics/catalog.ts';
import { comparisonReasons } from '../../verdict/compare/with-comparison.ts';
import type { Answer, Comparison, RuleResult } from '../../verdict/comparison.ts';
import type { Ink } from './ink.ts';
import type { Section } from './section.ts';
import { item, table, wrap } from './table.ts';

/** The run beside its baseline, where there is one. */
export const comparison: Section = (result, width, ink) =>
  result.comparison === undefined ? [] : comparisonLines(result.comparison, width, ink);

/** Rule by rule, the worst first, the answer below the figures. */
export function comparisonLines(compared: Comparison, width: number, ink: Ink): string[] {
  const { rules, warnings } = compared;
  const rows = rules.map((rule) => [nameOf(rule), value(rule, rule.base), value(rule, rule.new), change(rule)]);
  const [head = '', ...lines] = table(columns, rows, width, ink);
  // Rules are not cut: where there is no room beside them, the figures stand below.
  const isTooNarrow = rules.some((rule, i) => !lines[i]?.startsWith(nameOf(rule)));
  return [
    isTooNarrow ? ink.bold('Compared') : head,
    ...wrap(how(compared), width - 2).map((line) => ink.dim(`  ${line}`)),
    ...rules.flatMap((rule, i) => told(isTooNarrow ? stacked(rule, width) : [lines[i] ?? ''], rule, width, ink)),
    ...warnings.flatMap((warning) => item('!', warning, width, ink.yellow)),
  ];
}

const columns = [
  { title: 'Compared', align: 'left' },
  { title: 'base', align: 'right' },
  { title: 'new', align: 'right' },
  { title: 'change', align: 'right' },
] as const;

function nameOf({ answer, metric, rule }: RuleResult): string {
  return `  ${marks[answer]} ${metric} ${rule}`;
}

function stacked(rule: RuleResult, width: number): string[] {
  const changed = change(rule);
  const figures = `${value(rule, rule.base)} → ${value(rule, rule.new)}${changed === '' ? '' : `, ${changed}`}`;
  return [...item(marks[rule.answer], `${rule.metric} ${rule.rule}`, width), `      ${figures}`];
}

/** The answer to all of it, in a line or some. */
export function comparisonVerdict(compared: Comparison, width: number, ink: Ink): string[] {
  const worse = compared.rules.filter(({ answer }) => answer === 'worse');
  if (worse.length > 0) return wrap(`✗ worse than the baseline: ${worse.map(shortly).join('; ')}`, width).map(ink.red);
  if (compared.passed) return [ink.green('✓ not worse than the baseline')];
  return wrap(`! ${comparisonReasons(compared)[0]}`, width).map(ink.yellow);
}

function shortly({ metric, rule, words }: RuleResult): string {
  return `${metric} ${rule.split(' ')[0]} ${words}`;
}

const marks: Readonly<Record<Answer, string>> = {
  worse: '✗',
  unproven: '!',
  noData: '!',
  tooLittle: '!',
  within: '✓',
  same: '✓',
  better: '✓',
};

function told(
  [line = '', ...more]: readonly string[],
  { answer, words }: RuleResult,
  width: number,
  ink: Ink,
): string[] {
  const paint = answer === 'worse' ? ink.red : marks[answer] === '!' ? ink.yellow : ink.green;
  const text = answer === 'worse' || answer === 'better' ? paint : ink.dim;
  return [
    line.replace(/^ {2}[✓!✗]/, (mark) => paint(mark)),
    ...more,
    ...wrap(words, width - 6).map((words) => `      ${text(words)}`),
  ];
}

/** "5 runs beside 5 of the base, made in turn". */
function how({ base, new: fresh, method, alternated, rules }: Comparison): string {
  const runs = `${count(fresh.length)} beside ${fresh.length === 1 && base.length === 1 ? 'one' : count(base.length, '')} of the base`;
  const turns = alternated ? ', made in turn' : '';
  const byDefault = rules.some((rule) => rule.byDefault) ? '; rules by default' : '';
  const seconds =
    ', second by second: how runs differ from each other is not seen, so only what is worse by more than 30 % fails';
  return `${runs}${turns}${method === 'runs' ? '' : seconds}${byDefault}`;
}

function count(n: number, noun = n === 1 ? ' run' : ' runs'): string {
  return `${formatCount(n)}${noun}`;
}

function value({ metric, rule }: RuleResult, figure: number | null): string {
  return figure === null ? 'no data' : valueWords(metric, rule, figure);
}

/** With the unit of the metric; three digits of a time. `asked`: the aggregate, or a rule that begins with it. */
export function valueWords(metric: string, asked: string, figure: number): string {
  const name = metric.replace(/\{.*/, '') as MetricName;
  if (catalog[name]?.kind === 'time') return formatDuration(Number(figure.toPrecision(3)));
  return asked.startsWith('rate') ? formatRate(figure >= 100 ? Math.round(figure) : figure) : formatCount(figure);
}

/** "+23 % (18 to 29)". */
function change({ change, interval }: RuleResult): string {
  if (change === null) return '';
  const ends = interval === null ? '' : ` (${interval.map(percent).join(' to ')})`;
  return `${change > 0 ? '+' : ''}${percent(change)} %${ends}`;
}

function percent(share: number): string {
  const value = 100 * share;
  return formatCount(Math.abs(value) < 10 ? Math.round(10 * value) / 10 + 0 : Math.round(value));
}
