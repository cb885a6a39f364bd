import { catalog, type MetricName, type TimeName } from '../../metrics/catalog.ts';
import { type Expression, parseExpression } from '../../metrics/expression.ts';
import { Histogram } from '../../metrics/histogram.ts';
import type { CounterResult, GaugeResult, PartResult, Result, ThresholdResult, TimeResult } from '../result.ts';
import { holds } from '../thresholds.ts';

/** Of a merged result: its whole, groups and brokers. */
export type Merged = Pick<Result, 'totals' | 'groups' | 'brokers'>;

/**
 * The thresholds that all runs had, judged on what they measured together. Where the parts of a result do not tell that (one QoS,
 * a window), the run that did worst stands for all.
 */
export function mergeThresholds(runs: readonly (readonly ThresholdResult[])[], merged: Merged): ThresholdResult[] {
  const [first = [], ...others] = runs;
  return first.flatMap((one) => {
    const same = others.map((thresholds) => thresholds.find((other) => keyOf(other) === keyOf(one)));
    if (same.includes(undefined)) return [];
    return judged(one, merged) ?? worst([one, ...(same as ThresholdResult[])]);
  });
}

function keyOf({ metric, expression, level }: ThresholdResult): string {
  return `${metric}\n${expression}\n${level}`;
}

function judged(threshold: ThresholdResult, { totals }: Merged): ThresholdResult | undefined {
  const { metric, expression: text } = threshold;
  if (!Object.hasOwn(catalog, metric)) return undefined;
  const expression = parseExpression(metric as MetricName, text);
  if ('rule' in expression) return undefined;
  const value = read(expression, totals);
  if (value === undefined) return undefined;
  const isTime = catalog[expression.metric].kind === 'time' && expression.aggregate !== 'count';
  const passed = value !== null && holds(expression, isTime ? value * 1000 : value);
  return { ...threshold, value, passed };
}

/** As a result has it: times in ms; null: no data; undefined: a part does not tell it. */
function read({ metric, aggregate }: Expression, part: PartResult): number | null | undefined {
  const { kind } = catalog[metric];
  if (kind === 'time') {
    const time: TimeResult | undefined = part[metric as TimeName];
    if (aggregate === 'count') return time?.count ?? 0;
    if (time === undefined) return null;
    if (aggregate === 'min' || aggregate === 'max') return time[aggregate];
    if (aggregate === 'avg') return time.mean;
    if (typeof aggregate !== 'object' || time.hdr === undefined) return undefined;
    return Histogram.decode(time.hdr).percentile(aggregate.percentile) / 1000;
  }
  if (kind === 'gauge') {
    const gauge = part[metric] as GaugeResult;
    return aggregate === 'min' || aggregate === 'max' ? gauge[aggregate] : undefined;
  }
  const counter = part[metric] as CounterResult;
  if (metric === 'messages_lost' && part.deliveries_expected.count === 0) return null;
  if (aggregate === 'count') return counter.count;
  return aggregate === 'rate' ? counter.rate : undefined;
}

/** The one that failed, of those the one without data or farthest off. */
function worst(same: readonly ThresholdResult[]): ThresholdResult {
  const failed = same.filter(({ passed }) => !passed);
  const candidates = failed.length > 0 ? failed : same;
  const upwards = /[<]/.test(candidates[0]?.expression ?? '');
  return candidates.reduce((one, other) => {
    if (one.value === null || other.value === null) return one.value === null ? one : other;
    return other.value > one.value === upwards ? other : one;
  });
}
