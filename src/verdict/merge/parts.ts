import type { CounterName, SettledName } from '../../metrics/catalog.ts';
import { counterNames, gaugeNames, timeNames } from '../../metrics/catalog.ts';
import { Histogram } from '../../metrics/histogram.ts';
import { timeResult } from '../parts.ts';
import type { CounterResult, GaugeResult, PartResult, TimeResult } from '../result.ts';

/** The same part of a run: of each set of runs at once those that have it, and how long the set measured. */
export type PartsOfSet = { readonly parts: readonly PartResult[]; readonly seconds: number };

const settledNames: readonly SettledName[] = ['messages_lost', 'delivery_violations'];

/**
 * Counts and buckets add. Rates of runs at once add, of sets that follow each other they are weighed by their seconds. Gauges of runs
 * at once: the sum of the least is a lower bound, of the most an upper one.
 */
export function mergeParts(sets: readonly PartsOfSet[]): PartResult {
  const all = sets.flatMap(({ parts }) => parts);
  const times = timeNames.flatMap((name) => {
    const merged = mergeTimes(all.flatMap((part) => part[name] ?? []));
    return merged === undefined ? [] : [[name, merged]];
  });
  return {
    ...Object.fromEntries([...counterNames, ...settledNames].map((name) => [name, mergeCounter(name, sets)])),
    ...Object.fromEntries(times),
    ...Object.fromEntries(gaugeNames.map((name) => [name, mergeGauge(sets.map(gaugesOf(name)))])),
    outside: addTables(all.map(({ outside }) => outside)),
  } as PartResult;
}

function mergeCounter(name: CounterName | SettledName, sets: readonly PartsOfSet[]): CounterResult {
  const all = sets.flatMap(({ parts }) => parts.map((part) => part[name]));
  const seconds = sum(sets.map((set) => set.seconds));
  const events = sum(sets.map((set) => set.seconds * sum(set.parts.map((part) => part[name].rate))));
  // The rate of connects is over the ramp, whatever was measured afterwards: the mean of the sets.
  const ramp = sum(sets.map((set) => sum(set.parts.map((part) => part[name].rate)))) / Math.max(1, sets.length);
  const by = addTables(all.map((one) => one.by ?? {}));
  return {
    count: sum(all.map(({ count }) => count)),
    inWindow: sum(all.map(({ inWindow }) => inWindow)),
    rate: name === 'connects' ? ramp : seconds > 0 ? events / seconds : 0,
    ...(all.some((one) => one.by !== undefined) && { by }),
  };
}

function mergeTimes(parts: readonly TimeResult[]): TimeResult | undefined {
  const [first, ...more] = parts;
  if (first === undefined || more.length === 0) return first;
  const histograms = parts.flatMap(({ hdr }) => (hdr === undefined ? [] : Histogram.decode(hdr)));
  // Percentiles cannot be made of percentiles.
  if (histograms.length < parts.length) return undefined;
  const merged = new Histogram(histograms.every(({ subBuckets }) => subBuckets === 2048) ? 2048 : 256);
  for (const histogram of histograms) merged.merge(histogram);
  return timeResult(merged);
}

function gaugesOf(name: (typeof gaugeNames)[number]): (set: PartsOfSet) => GaugeResult {
  return ({ parts }) => ({
    last: sum(parts.map((part) => part[name].last)),
    min: sum(parts.map((part) => part[name].min)),
    max: sum(parts.map((part) => part[name].max)),
  });
}

function mergeGauge(sets: readonly GaugeResult[]): GaugeResult {
  return {
    last: sum(sets.map(({ last }) => last)),
    min: Math.min(...sets.map(({ min }) => min)),
    max: Math.max(...sets.map(({ max }) => max)),
  };
}

export function addTables(tables: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const table of tables) {
    for (const [key, value] of Object.entries(table)) all[key] = (all[key] ?? 0) + value;
  }
  return all;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
