import { formatDuration } from '../../base/units.ts';
import type { ThresholdResult } from '../../verdict/result.ts';
import { expectation, stopsRun, valueText, when } from '../../verdict/thresholds.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

/** Those that fail the run first, with a cross in red; then those that only warn, with an exclamation mark. */
export const thresholds: Section = ({ thresholds }, width, ink) => {
  if (thresholds.length === 0) return [];
  const marks = ['✗', '!', '✓'];
  const rows = marks.flatMap((mark) =>
    thresholds
      .filter((threshold) => markOf(threshold) === mark)
      .map((threshold) => [
        `  ${mark} ${threshold.metric}`,
        expectation(threshold),
        valueText(threshold),
        note(threshold),
      ]),
  );
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
  return [head, ...lines.map((line) => line.replace(/^ {2}[✓!✗]/, (mark) => paint[mark.trim()]?.(ink)(mark) ?? mark))];
};

function markOf({ passed, level }: ThresholdResult): string {
  return passed ? '✓' : level === 'warn' ? '!' : '✗';
}

/** When it was at its worst, from the start of the load. */
function note(threshold: ThresholdResult): string {
  const { implicit, aborted, windows } = threshold;
  if (stopsRun(threshold)) return `stopped the run after ${formatDuration(aborted?.t ?? 0)}`;
  if (windows === undefined) return implicit ? 'always asked' : '';
  return windows.judged === 0 ? 'no whole window' : `worst ${when(threshold)}`;
}

const paint: Readonly<Record<string, (ink: Parameters<Section>[2]) => (text: string) => string>> = {
  '✓': (ink) => ink.green,
  '!': (ink) => ink.yellow,
  '✗': (ink) => ink.red,
};
