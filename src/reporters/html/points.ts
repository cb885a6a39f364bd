import type { CounterName, GaugeName, TimeName } from '../../metrics/catalog.ts';
import type { Phase } from '../../metrics/snapshot.ts';
import type { ObservedName } from '../../observers/observer.ts';
import type { SeriesCounts, SeriesEntry } from '../../verdict/result.ts';

/**
 * What a line of a chart shows. Where a point stands for several seconds, counts are added up and told a second; of times
 * the highest second is shown, because percentiles cannot be averaged; of gauges the highest or lowest, whichever is the trouble.
 */
export type Measure =
  | { readonly of: 'counter'; readonly name: CounterName }
  | { readonly of: 'time'; readonly name: TimeName; readonly field: 'p50' | 'p99' | 'max' }
  | { readonly of: 'gauge'; readonly name: GaugeName; readonly keep: 'highest' | 'lowest' }
  | { readonly of: 'observed'; readonly name: ObservedName; readonly broker: string };

export type Points = {
  /** Seconds from the start of the load at which each point begins. */
  readonly t: readonly number[];
  readonly phases: readonly Phase[];
  /** One list a measure, as long as `t`; null: nothing was measured. */
  readonly values: readonly (readonly (number | null)[])[];
};

/** How many seconds a point must stand for, so that the runs, laid over each other, have at most so many points. */
export function stepFor(mostPoints: number, ...runs: readonly (readonly SeriesEntry[])[]): number {
  const span = (run: readonly SeriesEntry[]) =>
    run.length === 0 ? 0 : secondOf(run.at(-1) as SeriesEntry) - secondOf(run[0] as SeriesEntry) + 1;
  const from = Math.min(...runs.flatMap((run) => (run[0] === undefined ? [] : [secondOf(run[0])])));
  const longest = Math.max(1, ...runs.map((run) => span(run) + (run[0] === undefined ? 0 : secondOf(run[0]) - from)));
  // A point more, because points begin at multiples of the step.
  const least = longest <= mostPoints ? 1 : longest / (mostPoints - 1);
  return steps.find((step) => step >= least) ?? Math.ceil(least / 3600) * 3600;
}

/** Seconds as people count them. */
const steps = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600];

/** The run in points of `step` seconds; the run as a whole, or one group of it. */
export function pointsOf(
  series: readonly SeriesEntry[],
  measures: readonly Measure[],
  step: number,
  group?: string,
): Points {
  const bins = binned(series, step);
  return {
    t: bins.map(([first]) => Math.floor(secondOf(first) / step) * step),
    phases: bins.map((bin) => (bin.find(({ phase }) => phase === 'measuring') ?? bin[0]).phase),
    values: measures.map((measure) => bins.map((bin) => measured(bin, measure, group))),
  };
}

type Bin = readonly [SeriesEntry, ...SeriesEntry[]];

/** A second in which the phase changes has two entries: they are of one point. */
function binned(series: readonly SeriesEntry[], step: number): Bin[] {
  const bins: [SeriesEntry, ...SeriesEntry[]][] = [];
  let last = Number.NaN;
  for (const entry of series) {
    const number = Math.floor(secondOf(entry) / step);
    if (number === last) bins.at(-1)?.push(entry);
    else bins.push([entry]);
    last = number;
  }
  return bins;
}

function secondOf({ t }: SeriesEntry): number {
  return Math.floor(t / 1000);
}

function measured(bin: Bin, measure: Measure, group: string | undefined): number | null {
  // A broker is watched as a whole.
  if (measure.of === 'observed' && group !== undefined) return null;
  if (measure.of === 'observed') return highest(bin.map(({ observed }) => observed?.[measure.broker]?.[measure.name]));
  const parts = bin.map((entry): SeriesCounts | undefined =>
    group === undefined ? entry : Object.hasOwn(entry.groups ?? {}, group) ? entry.groups?.[group] : undefined,
  );
  switch (measure.of) {
    case 'counter': {
      const sum = parts.reduce((all, part) => all + (part?.counts[measure.name] ?? 0), 0);
      return rounded(sum / new Set(bin.map(secondOf)).size);
    }
    case 'time':
      return highest(parts.map((part) => part?.times[measure.name]?.[measure.field]));
    case 'gauge': {
      const values = bin.map(({ phase }, i) => (phase === 'ended' ? undefined : gaugeOf(parts[i], measure.name)));
      return measure.keep === 'highest' ? highest(values) : lowest(values);
    }
  }
}

/** A gauge at zero is not told; what stands in the last entry is of our own disconnecting. */
function gaugeOf(part: SeriesCounts | undefined, name: GaugeName): number | undefined {
  return part === undefined ? undefined : (part.gauges[name] ?? 0);
}

function highest(values: readonly (number | undefined)[]): number | null {
  const told = values.filter((value) => value !== undefined);
  return told.length === 0 ? null : rounded(Math.max(...told));
}

function lowest(values: readonly (number | undefined)[]): number | null {
  const told = values.filter((value) => value !== undefined);
  return told.length === 0 ? null : Math.min(...told);
}

/** Microseconds of a millisecond, and thousandths of a count, are what the result has. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
