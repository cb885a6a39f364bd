import { formatDuration } from '../../base/units.ts';
import type { ThresholdResult } from '../../verdict/result.ts';
import { expectation, stopsRun, valueText, when } from '../../verdict/thresholds.ts';
import type { Ink } from './ink.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

/** Those that fail the run first, with a cross in red; then those that only warn, with an exclamation mark. */
export const thresholds: Section = ({ thresholds }, width, ink) => {
  if (thresholds.length === 0) return [];
  const sorted = marks.flatMap((mark) => thresholds.filter((threshold) => markOf(threshold) === mark));
  const rows = sorted.map((threshold) => [
    `  ${markOf(threshold)} ${threshold.metric}`,
    expectation(threshold),
    valueText(threshold),
    note(threshold),
  ]);
  const [head = '', ...lines] = table(
    [
      { title: 'Thresholds', align: 'left' },
      { title: 'asked', align: 'left' },
      { title: 'was', align: 'right' },
      { title: '', align: 'left', spare: 1 },
    ],
    rows,
    width,
    ink,
  );
  const painted = lines.map((line) => line.replace(/^ {2}[✓!✗]/, (mark) => paint[mark.trim()]?.(ink)(mark) ?? mark));
  return [head, ...sorted.flatMap((threshold, i) => [painted[i] ?? '', ...below(threshold, painted[i] ?? '', ink)])];
};

const marks = ['✗', '!', '✓'];

/** Where the line had no room for when it failed. */
function below(threshold: ThresholdResult, line: string, ink: Ink): string[] {
  const text = note(threshold);
  return threshold.passed || threshold.implicit || text === '' || line.endsWith(text) ? [] : [ink.dim(`      ${text}`)];
}

function markOf({ passed, level }: ThresholdResult): string {
  return passed ? '✓' : level === 'warn' ? '!' : '✗';
}

/** When it was at its worst, from the start of the load. */
function note(threshold: ThresholdResult): string {
  const { implicit, aborted, windows } = threshold;
  if (stopsRun(threshold)) return `stopped the run at ${formatDuration(aborted?.t ?? 0)}`;
  if (windows === undefined) return implicit ? 'always asked' : '';
  return windows.judged === 0 ? 'no whole window' : `worst ${when(threshold).replace('from ', '')}`;
}

const paint: Readonly<Record<string, (ink: Ink) => (text: string) => string>> = {
  '✓': (ink) => ink.green,
  '!': (ink) => ink.yellow,
  '✗': (ink) => ink.red,
};
