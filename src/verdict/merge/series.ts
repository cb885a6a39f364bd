import type { SeriesCounts, SeriesEntry } from '../result.ts';
import { addTables } from './parts.ts';
import type { Placed } from './spans.ts';

/**
 * The seconds of all on one axis. Where several tell of a second, counts and gauges add and times are left out: their percentiles
 * cannot be made of the single ones.
 */
export function mergeSeries(placed: readonly Placed[]): SeriesEntry[] {
  const seconds = new Map<string, SeriesEntry[]>();
  for (const { result, offsetMs } of placed) {
    for (const entry of result.series) {
      const moved = { ...entry, t: entry.t + offsetMs };
      const key = `${Math.floor(moved.t / 1000)} ${entry.phase}`;
      seconds.set(key, [...(seconds.get(key) ?? []), moved]);
    }
  }
  return [...seconds.values()].map(mergeSecond).sort((one, other) => one.t - other.t);
}

function mergeSecond(entries: readonly SeriesEntry[]): SeriesEntry {
  const [first, ...more] = entries as [SeriesEntry, ...SeriesEntry[]];
  if (more.length === 0) return first;
  const names = new Set(entries.flatMap(({ groups = {} }) => Object.keys(groups)));
  const groups = [...names].map((name) => [name, mergeCounts(entries.flatMap(({ groups }) => groups?.[name] ?? []))]);
  return {
    t: first.t,
    phase: first.phase,
    ...mergeCounts(entries),
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
