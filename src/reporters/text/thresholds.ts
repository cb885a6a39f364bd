import { valueText } from '../../verdict/thresholds.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

/** A cross in red fails the run, an exclamation mark only warns. */
export const thresholds: Section = ({ thresholds }, width, ink) => {
  if (thresholds.length === 0) return [];
  const rows = thresholds.map((threshold) => [
    `  ${threshold.passed ? '✓' : threshold.level === 'warn' ? '!' : '✗'} ${threshold.metric}`,
    threshold.expression,
    valueText(threshold),
    threshold.implicit ? 'always asked' : '',
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
  return [head, ...lines.map((line) => line.replace(/^ {2}[✓!✗]/, (mark) => paint[mark.trim()]?.(ink)(mark) ?? mark))];
};

const paint: Readonly<Record<string, (ink: Parameters<Section>[2]) => (text: string) => string>> = {
  '✓': (ink) => ink.green,
  '!': (ink) => ink.yellow,
  '✗': (ink) => ink.red,
};
