import type uPlot from 'uplot';
import type { Unit } from '../page-data.ts';
import { faint, ink } from './page.ts';
import { clock, inWords, percentile } from './words.ts';

const font = '11px system-ui, sans-serif';
const letterWidth = 6.2;

/** Steps in which people count seconds. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

export function timeAxis(): uPlot.Axis {
  return {
    ...look(),
    space: 62,
    incrs: steps,
    values: (_, splits) => splits.map(clock),
    size: 26,
  };
}

/** Bytes are counted by 1,024. */
const powersOfTwo = Array.from({ length: 50 }, (_, i) => 2 ** i);

/** 1/(1-p): 1 is p0, 10 is p90, 100 is p99. */
export function percentileAxis(): uPlot.Axis {
  return {
    ...look(),
    splits: (_, __, from, to) => [1, 2, 4, ...powers(to)].filter((tail) => tail >= from && tail <= to),
    filter: (_, splits) => splits,
    values: (u, splits) => splits.map((tail) => (tail === 4 && u.width < 500 ? '' : percentile(tail))),
    size: 26,
  };
}

function powers(to: number): number[] {
  return Array.from({ length: Math.floor(Math.log10(to) + 1e-9) }, (_, i) => 10 ** (i + 1));
}

export function valueAxis(unit: Unit, logarithmic: boolean): uPlot.Axis {
  const axis = look();
  return {
    ...axis,
    ...(unit === 'bytes' && { incrs: powersOfTwo }),
    ...(logarithmic && { filter: round, grid: { ...axis.grid, filter: round } }),
    space: 34,
    values: (_, splits) => splits.map((value) => (value === null ? '' : inWords(value, unit))),
    size: (_, values) => 14 + letterWidth * Math.max(8, ...(values ?? []).map((value) => value.length)),
  };
}

/** Of a logarithmic axis the powers of ten, and more where those are few. */
function round(_: uPlot, splits: number[]): (number | null)[] {
  const digits = Math.log10((splits.at(-1) ?? 1) / (splits[0] ?? 1)) < 2 ? [1, 2, 5] : [1];
  return splits.map((value) => (digits.includes(Number(value.toExponential(2)[0])) && isRound(value) ? value : null));
}

function isRound(value: number): boolean {
  return /^\d(\.0+)?e/.test(value.toExponential(3));
}

function look(): uPlot.Axis {
  const text = ink('muted');
  const line = faint(text, 0.18);
  return { font, stroke: text, grid: { stroke: line, width: 1 }, ticks: { show: false }, gap: 6 };
}
