import { formatDuration } from '../../base/units.ts';
import type { ThresholdResult } from '../../verdict/result.ts';
import { expectation, stopsRun, valueText, when } from '../../verdict/thresholds.ts';
import type { Ink } from './ink.ts';
import type { Section } from './section.ts';
import { table, wrap } from './table.ts';

/** A cross in red fails the run, an exclamation mark only warns; what failed comes first. */
export const thresholds: Section = ({ thresholds }, width, ink) => {
  if (thresholds.length === 0) return [];
  const sorted = [...thresholds].sort((one, other) => rankOf(one) - rankOf(other));
  const [head = '', ...lines] = table(
    [
      { title: 'Thresholds', align: 'left' },
      { title: 'asked', align: 'left' },
      { title: 'was', align: 'right' },
      { title: '', align: 'left', spare: 1 },
    ],
    sorted.map((threshold) => [nameOf(threshold), expectation(threshold), valueText(threshold), note(threshold)]),
    width,
    ink,
  );
  // Names are not cut: where there is no room beside them, the rest stands below.
  const isTooNarrow = sorted.some((threshold, i) => !lines[i]?.startsWith(nameOf(threshold)));
  if (isTooNarrow) return [ink.bold('Thresholds'), ...sorted.flatMap((threshold) => stacked(threshold, width, ink))];
  return [head, ...sorted.flatMap((threshold, i) => [marked(lines[i] ?? '', ink), ...below(threshold, lines[i], ink)])];
};

/** What stopped the run, what fails it, what only warns, what holds. */
function rankOf(threshold: ThresholdResult): number {
  return stopsRun(threshold) ? -1 : ['✗', '!', '✓'].indexOf(markOf(threshold));
}

function markOf({ passed, level }: ThresholdResult): string {
  return passed ? '✓' : level === 'warn' ? '!' : '✗';
}

function nameOf(threshold: ThresholdResult): string {
  return `  ${markOf(threshold)} ${threshold.metric}`;
}

/** When it was at its worst, from the start of the load. */
function note(threshold: ThresholdResult): string {
  const { implicit, aborted, windows } = threshold;
  if (stopsRun(threshold)) return `stopped the run at ${formatDuration(aborted?.t ?? 0)}`;
  if (windows === undefined) return implicit ? 'always asked' : '';
  return windows.judged === 0 ? 'no whole window' : `worst ${when(threshold).replace('from ', '')}`;
}

/** Where the line had no room for when it failed. */
function below(threshold: ThresholdResult, line = '', ink: Ink): string[] {
  const text = note(threshold);
  return threshold.passed || threshold.implicit || text === '' || line.endsWith(text) ? [] : [ink.dim(`      ${text}`)];
}

function stacked(threshold: ThresholdResult, width: number, ink: Ink): string[] {
  const more = note(threshold);
  const text = `${expectation(threshold)}: ${valueText(threshold)}${more === '' ? '' : `, ${more}`}`;
  return [marked(nameOf(threshold), ink), ...wrap(text, width - 6).map((line) => `      ${line}`)];
}

function marked(line: string, ink: Ink): string {
  const paint: Readonly<Record<string, (text: string) => string>> = { '✓': ink.green, '!': ink.yellow, '✗': ink.red };
  return line.replace(/^ {2}([✓!✗])/, (_, mark: string) => `  ${paint[mark]?.(mark) ?? mark}`);
}
