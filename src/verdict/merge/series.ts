import type { TimeName } from '../../metrics/catalog.ts';
import { Histogram } from '../../metrics/histogram.ts';
import { decodeSlice, sliceSubBuckets } from '../../metrics/slice-code.ts';
import type { Result, SeriesCounts, SeriesEntry } from '../result.ts';
import { addTables } from './parts.ts';
import type { Placed } from './spans.ts';

/** One second of one run. `t` of the entry is on the axis of all. */
type Told = { readonly entry: SeriesEntry; readonly result: Result; readonly ownT: number };

/**
 * The seconds of all on one axis. Where several tell of a second, counts and gauges add, and the percentiles of all of them come from
 * their slices (those of groups, and of what has none, are left out: they cannot be made of the single ones).
 */
export function mergeSeries(placed: readonly Placed[]): SeriesEntry[] {
  const seconds = new Map<string, Told[]>();
  for (const { result, offsetMs } of placed) {
    for (const entry of result.series) {
      const moved = { ...entry, t: entry.t + offsetMs };
      const key = `${Math.floor(moved.t / 1000)} ${entry.phase}`;
      seconds.set(key, [...(seconds.get(key) ?? []), { entry: moved, result, ownT: entry.t }]);
    }
  }
  return [...seconds.values()].map(mergeSecond).sort((one, other) => one.t - other.t);
}

function mergeSecond(told: readonly Told[]): SeriesEntry {
  const entries = told.map(({ entry }) => entry);
  const [first, ...more] = entries as [SeriesEntry, ...SeriesEntry[]];
  if (more.length === 0) return first;
  const names = new Set(entries.flatMap(({ groups = {} }) => Object.keys(groups)));
  const groups = [...names].map((name) => [name, mergeCounts(entries.flatMap(({ groups }) => groups?.[name] ?? []))]);
  return {
    t: first.t,
    phase: first.phase,
    ...mergeCounts(entries),
    times: mergeTimes(told),
    ...(groups.length > 0 && { groups: Object.fromEntries(groups) }),
  };
}

function mergeCounts(parts: readonly SeriesCounts[]): SeriesCounts {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return {
    counts: addTables(parts.map(({ counts }) => counts as Record<string, number>)),
    times: {},
    gauges: addTables(parts.map(({ gauges }) => gauges as Record<string, number>)),
  };
}

/** Of the metrics that every run with a value in that second has slices of. */
function mergeTimes(told: readonly Told[]): SeriesEntry['times'] {
  const names = new Set(told.flatMap(({ entry }) => Object.keys(entry.times) as TimeName[]));
  const merged = [...names].flatMap((name) => {
    const histogram = new Histogram(sliceSubBuckets);
    for (const { entry, result, ownT } of told) {
      if (entry.times[name] === undefined) continue;
      const slice = sliceOf(result, name, ownT);
      if (slice === undefined) return [];
      histogram.add(slice);
    }
    if (histogram.count === 0) return [];
    const ms = (p: number) => histogram.percentile(p) / 1000;
    return [[name, { count: histogram.count, p50: ms(50), p99: ms(99), max: histogram.max / 1000 }]];
  });
  return Object.fromEntries(merged);
}

/** Undefined where there is none of that one second alone: the last one holds what came while draining, too. */
function sliceOf({ slices, run }: Result, name: TimeName, t: number): readonly number[] | undefined {
  const all = slices?.seconds === 1 ? (slices.times[name] ?? []) : [];
  const at = Math.floor((t - run.warmUpMs) / 1000);
  const text = at < all.length - 1 ? all[at] : undefined;
  return text === undefined ? undefined : decodeSlice(Buffer.from(text, 'base64'));
}
