import type { ThresholdResult } from '../../../verdict/result.ts';
import { valueText } from '../../../verdict/thresholds.ts';
import { html, table } from '../markup.ts';
import { type Section, section } from './section.ts';

/** What was asked and what was, those that failed first. */
export const thresholds: Section = ({ thresholds }) => {
  if (thresholds.length === 0) return undefined;
  const ordered = thresholds.toSorted((one, other) => rank(one) - rank(other));
  const rows = ordered.map((threshold) => [
    html`<span class="mark" aria-hidden="true">${marks[rank(threshold)]}</span> ${words[rank(threshold)]}`,
    html`<code>${threshold.metric}</code>`,
    valueText(threshold),
    html`<code>${threshold.expression}</code>${threshold.implicit && html` <small>always asked</small>`}`,
  ]);
  const columns = [
    { title: 'result', align: 'left' },
    { title: 'metric', align: 'left' },
    { title: 'was', align: 'right' },
    { title: 'asked', align: 'left' },
  ] as const;
  return section(
    'thresholds',
    'Thresholds',
    table('Thresholds', columns, rows, (i) => tones[rank(ordered[i] as ThresholdResult)] ?? ''),
  );
};

const words = ['failed', 'warning', 'passed'] as const;
const marks = ['✗', '!', '✓'] as const;
const tones = ['bad', 'warn', 'good'] as const;

function rank({ passed, level }: ThresholdResult): 0 | 1 | 2 {
  return passed ? 2 : level === 'warn' ? 1 : 0;
}
