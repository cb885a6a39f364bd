import { formatCount, formatDuration, formatRate } from '../../../base/units.ts';
import { catalog, type MetricName } from '../../../metrics/catalog.ts';
import type { Answer, Comparison, RuleResult } from '../../../verdict/comparison.ts';
import { count } from '../../text/figures.ts';
import { html, table } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

/** The answers to the rules of a baseline, the worst first. */
export const comparison: Section = ({ comparison }) => {
  if (comparison === undefined) return undefined;
  const { rules, warnings } = comparison;
  const rows = rules.map((rule) => [
    html`<span class="mark" aria-hidden="true">${marks[tones[rule.answer]]}</span> ${words[rule.answer]}`,
    html`<code>${rule.metric}</code>`,
    html`<code>${rule.rule}</code>${rule.byDefault && html` <small>by default</small>`}`,
    value(rule, rule.base),
    value(rule, rule.new),
    rule.change === null ? '' : `${rule.change > 0 ? '+' : ''}${formatCount(round(100 * rule.change))} %`,
    rule.words,
  ]);
  return section(
    'comparison',
    'Beside the baseline',
    html`<p class="lead">${how(comparison)}</p>`,
    table('Beside the baseline', columns, rows, (i) => tones[rules[i]?.answer ?? 'noData']),
    notes('warn', warnings),
  );
};

const columns = [
  { title: 'answer', align: 'left' },
  { title: 'metric', align: 'left' },
  { title: 'rule', align: 'left' },
  { title: 'base', align: 'right' },
  { title: 'new', align: 'right' },
  { title: 'change', align: 'right' },
  { title: 'in words', align: 'left' },
] as const;

const tones: Readonly<Record<Answer, 'bad' | 'warn' | 'good'>> = {
  worse: 'bad',
  unproven: 'warn',
  tooLittle: 'warn',
  noData: 'warn',
  within: 'good',
  same: 'good',
  better: 'good',
};

const marks = { bad: '✗', warn: '!', good: '✓' } as const;

const words: Readonly<Record<Answer, string>> = {
  worse: 'worse',
  unproven: 'unproven',
  tooLittle: 'too little data',
  noData: 'no data',
  within: 'within',
  same: 'same',
  better: 'better',
};

function how({ base, new: fresh, method, alternated }: Comparison): string {
  const runs = (n: number) => `${count(n)} run${n === 1 ? '' : 's'}`;
  const way = method === 'runs' ? 'run against run' : 'second against second';
  return `${runs(fresh.length)} beside ${runs(base.length)} of the baseline${alternated ? ', made in turn' : ''}, ${way}.`;
}

function value({ metric, rule }: RuleResult, value: number | null): string {
  if (value === null) return 'no data';
  const name = metric.replace(/\{.*/, '');
  const isTime = name in catalog && catalog[name as MetricName].kind === 'time' && !rule.startsWith('count');
  if (isTime) return formatDuration(Number(value.toPrecision(3)));
  return rule.startsWith('rate') ? formatRate(value) : formatCount(value);
}

function round(percent: number): number {
  return Number(percent.toPrecision(Math.abs(percent) < 100 ? 2 : 3));
}
