import type { CounterName, GaugeName, SettledName, TimeName } from '../metrics/catalog.ts';
import { counterNames, gaugeNames, timeNames } from '../metrics/catalog.ts';
import type { Histogram } from '../metrics/histogram.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import type { Deliveries, Settled } from './delivery.ts';
import type { Measured } from './figures.ts';
import type { CounterResult, GaugeResult, PartResult, TimeResult } from './result.ts';
import type { Series } from './series.ts';

/** Every metric of the cells that match: of the whole run, a group or a broker. */
export function part({ totals, deliveries, series }: Measured, where: Where): PartResult {
  return {
    ...counters(totals, where),
    ...settledMetrics(totals, deliveries, where),
    ...times(totals, where),
    ...gauges(series, where),
    outside: outside(totals, where),
  };
}

function counters(totals: Totals, where: Where): Record<CounterName, CounterResult> {
  return table(counterNames, (name) => {
    const summary = totals.of(name, where);
    const by = most(totals.causes(name, where));
    return {
      count: summary?.count ?? 0,
      inWindow: summary?.inWindow ?? 0,
      rate: summary?.ratePerSecond ?? 0,
      ...(Object.keys(by).length > 0 && { by }),
    };
  });
}

/** Causes are few; ids, by which takeovers are counted, may be as many as clients. */
const mostCauses = 100;

function most(by: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const all = Object.entries(by);
  if (all.length <= mostCauses) return by;
  const sorted = all.sort((one, other) => other[1] - one[1]);
  const others = sorted.slice(mostCauses).reduce((sum, [, count]) => sum + count, 0);
  return { ...Object.fromEntries(sorted.slice(0, mostCauses)), '(others)': others };
}

function settledMetrics(totals: Totals, deliveries: Deliveries, where: Where): Record<SettledName, CounterResult> {
  const seconds = totals.measuredSeconds;
  const counted = ({ count, by }: Settled): CounterResult => ({
    count,
    inWindow: count,
    rate: seconds > 0 ? count / seconds : 0,
    by,
  });
  return { messages_lost: counted(deliveries.lost(where)), delivery_violations: counted(deliveries.violations(where)) };
}

function times(totals: Totals, where: Where): Partial<Record<TimeName, TimeResult>> {
  const found: Partial<Record<TimeName, TimeResult>> = {};
  for (const name of timeNames) {
    const histogram = totals.histogram(name, where);
    if (histogram !== undefined && histogram.count > 0) found[name] = timeResult(histogram);
  }
  return found;
}

export function timeResult(histogram: Histogram): TimeResult {
  const ms = (p: number) => histogram.percentile(p) / 1000;
  return {
    count: histogram.count,
    min: histogram.min / 1000,
    mean: histogram.mean / 1000,
    p50: ms(50),
    p90: ms(90),
    p95: ms(95),
    p99: ms(99),
    p99_9: ms(99.9),
    max: histogram.max / 1000,
    hdr: histogram.encode(),
  };
}

function gauges(series: Series, where: Where): Record<GaugeName, GaugeResult> {
  return table(gaugeNames, (name) => series.gauge(name, where));
}

function outside(totals: Totals, where: Where): Partial<Record<CounterName, number>> {
  const counts = counterNames.map((name) => [name, totals.outside(name, where)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0));
}

function table<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
}
