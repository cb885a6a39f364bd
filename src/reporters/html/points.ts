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
  const bins = binned(series, step, group);
  return {
    t: bins.map(({ number }) => number * step),
    phases: bins.map(({ entries: [first, ...more] }) => ([first, ...more].find(isMeasured) ?? first).phase),
    values: measures.map((measure) => bins.map((bin) => measured(bin, measure, group === undefined))),
  };
}

/** What is of one point. `parts`: what is asked for of each entry. */
type Bin = {
  readonly number: number;
  readonly entries: [SeriesEntry, ...SeriesEntry[]];
  readonly parts: (SeriesCounts | undefined)[];
  /** A second in which the phase changes has two entries. */
  readonly seconds: Set<number>;
};

function binned(series: readonly SeriesEntry[], step: number, group: string | undefined): Bin[] {
  const bins: Bin[] = [];
  for (const entry of series) {
    const second = secondOf(entry);
    const number = Math.floor(second / step);
    const part =
      group === undefined ? entry : Object.hasOwn(entry.groups ?? {}, group) ? entry.groups?.[group] : undefined;
    const bin = bins.at(-1);
    if (bin?.number === number) {
      bin.entries.push(entry);
      bin.parts.push(part);
      bin.seconds.add(second);
    } else bins.push({ number, entries: [entry], parts: [part], seconds: new Set([second]) });
  }
  return bins;
}

function isMeasured({ phase }: SeriesEntry): boolean {
  return phase === 'measuring';
}

function secondOf({ t }: SeriesEntry): number {
  return Math.floor(t / 1000);
}

function measured({ entries, parts, seconds }: Bin, measure: Measure, whole: boolean): number | null {
  switch (measure.of) {
    case 'counter': {
      let sum = 0;
      for (const part of parts) sum += part?.counts[measure.name] ?? 0;
      return rounded(sum / seconds.size);
    }
    case 'time':
      return highest(parts.map((part) => part?.times[measure.name]?.[measure.field]));
    case 'gauge': {
      const values = entries.map(({ phase }, i) => (phase === 'ended' ? undefined : gaugeOf(parts[i], measure.name)));
      return measure.keep === 'highest' ? highest(values) : lowest(values);
    }
    case 'observed':
      // A broker is watched as a whole.
      return whole ? highest(entries.map(({ observed }) => observed?.[measure.broker]?.[measure.name])) : null;
  }
}

/** A gauge at zero is not told; what stands in the last entry is of our own disconnecting. */
function gaugeOf(part: SeriesCounts | undefined, name: GaugeName): number | undefined {
  return part === undefined ? undefined : (part.gauges[name] ?? 0);
}

function highest(values: readonly (number | undefined)[]): number | null {
  let most: number | null = null;
  for (const value of values) if (value !== undefined && (most === null || value > most)) most = value;
  return most === null ? null : rounded(most);
}

function lowest(values: readonly (number | undefined)[]): number | null {
  let least: number | null = null;
  for (const value of values) if (value !== undefined && (least === null || value < least)) least = value;
  return least;
}

/** Microseconds of a millisecond, and thousandths of a count, are what the result has. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
