import type uPlotClass from 'uplot';
import type { PageData, PartData } from '../page-data.ts';
import type { Drawing, DrawnLine } from './chart.ts';
import { clock, percentile } from './words.ts';

/** The charts of the run or of one of its groups, those without a value left out. */
export function drawings(data: PageData, group: string, plugins: () => uPlotClass.Plugin[]): Drawing[] {
  const now = data.run.parts.find((part) => part.group === group);
  if (now === undefined) return [];
  const base = data.base?.parts.find((part) => part.group === group);
  const drawn = overTime(data, now, base, plugins);
  const distribution = overPercentiles(data, now, base);
  // It belongs to the latencies, which come first.
  const latencies = 1 + drawn.slice(0, 3).findLastIndex(({ unit }) => unit === 'ms');
  return distribution === null ? drawn : drawn.toSpliced(Math.max(1, latencies), 0, distribution);
}

function overTime(
  data: PageData,
  now: PartData,
  base: PartData | undefined,
  plugins: () => uPlotClass.Plugin[],
): Drawing[] {
  const { step } = now;
  const t = [...new Set([...now.t, ...(base?.t ?? [])])].sort((one, other) => one - other);
  const spreadOver = (part: PartData | undefined, line: number) => aligned(t, part, line);
  let first = 0;
  return data.charts.flatMap(({ lines, ...chart }) => {
    const from = first;
    first += lines.length;
    const drawn = lines.flatMap((line, i): DrawnLine[] => {
      const values = spreadOver(now, from + i);
      const before = spreadOver(base, from + i);
      if (values === null && before === null) return [];
      return [{ ...line, values: values ?? t.map(() => null), base: before }];
    });
    if (drawn.length === 0) return [];
    return [
      {
        ...chart,
        axis: 'time' as const,
        step,
        // The counts of a second lie between its beginning and its end.
        x: t.map((second) => second + step / 2),
        at: (index: number) => between(t[index] ?? 0, step),
        lines: drawn,
        plugins: plugins(),
      },
    ];
  });
}

function between(second: number, step: number): string {
  return `${clock(second)} to ${clock(second + step)}`;
}

function aligned(t: readonly number[], part: PartData | undefined, line: number): (number | null)[] | null {
  const values = part?.lines[line];
  if (part === undefined || values === undefined || values === null) return null;
  const known = new Map(part.t.map((second, i) => [second, values[i] ?? null]));
  return t.map((second) => known.get(second) ?? null);
}

function overPercentiles(
  { distributions, tails }: PageData,
  now: PartData,
  base: PartData | undefined,
): Drawing | null {
  const lines = distributions.flatMap((line, i): DrawnLine[] => {
    const values = now.distributions[i] ?? [];
    const before = base?.distributions[i] ?? [];
    if (values.length === 0 && before.length === 0) return [];
    return [
      { ...line, width: 2, values: filled(values, tails), base: before.length === 0 ? null : filled(before, tails) },
    ];
  });
  const longest = Math.max(0, ...lines.map(({ values, base: before }) => Math.max(told(values), told(before ?? []))));
  if (longest === 0) return null;
  return {
    title: 'Latency distribution',
    note: 'at p99, 99 % took no longer',
    unit: 'ms',
    axis: 'percentile',
    step: 0,
    x: tails.slice(0, longest),
    at: (index) => percentile(tails[index] ?? 1),
    lines: lines.map((line) => ({
      ...line,
      values: line.values.slice(0, longest),
      base: line.base?.slice(0, longest) ?? null,
    })),
    plugins: [],
  };
}

function filled(values: readonly number[], tails: readonly number[]): (number | null)[] {
  return tails.map((_, i) => values[i] ?? null);
}

function told(values: readonly (number | null)[]): number {
  return values.filter((value) => value !== null).length;
}
