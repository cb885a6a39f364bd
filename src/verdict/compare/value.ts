import type { TimeName } from '../../metrics/catalog.ts';
import { catalog } from '../../metrics/catalog.ts';
import type { ChangeRule } from '../../metrics/change-rule.ts';
import { Histogram } from '../../metrics/histogram.ts';
import type { CounterResult, GaugeResult, PartResult, Result, TimeResult } from '../result.ts';

/** What a rule asks of a run: ms for times, else plain; undefined: it has no such value. */
export function valueIn(result: Result, { metric, where, aggregate }: ChangeRule): number | undefined {
  const part = partOf(result, where);
  const found = part?.[metric];
  if (found === undefined) return undefined;
  switch (catalog[metric].kind) {
    case 'time':
      return timeValue(found as TimeResult, aggregate);
    case 'gauge':
      return (found as GaugeResult)[aggregate as 'min' | 'max'];
    default:
      return (found as CounterResult)[aggregate as 'rate' | 'count'];
  }
}

function partOf(result: Result, { group, broker }: ChangeRule['where']): PartResult | undefined {
  if (group !== undefined) return result.groups[group];
  return broker === undefined ? result.totals : result.brokers[broker];
}

const told = { 50: 'p50', 90: 'p90', 95: 'p95', 99: 'p99', 99.9: 'p99_9' } as const;

function timeValue(time: TimeResult, aggregate: ChangeRule['aggregate']): number | undefined {
  if (time.count === 0) return undefined;
  if (typeof aggregate === 'string') return aggregate === 'avg' ? time.mean : time[aggregate as 'min' | 'max'];
  const key = told[aggregate.percentile as keyof typeof told] as (typeof told)[keyof typeof told] | undefined;
  if (key !== undefined) return time[key];
  return time.hdr === undefined ? undefined : Histogram.decode(time.hdr).percentile(aggregate.percentile) / 1000;
}

/** Whether the change from the one to the other is for the worse and more than the rule allows. */
export function isBeyond(base: number, fresh: number, rule: ChangeRule): boolean {
  return rule.worse === 'up' ? fresh > mostAllowed(base, rule) : fresh < mostAllowed(base, rule);
}

/** The worst value that the rule allows beside this base: its share of it, and never less than the smallest change that counts. */
export function mostAllowed(base: number, { worse, limit, min }: ChangeRule): number {
  return worse === 'up' ? Math.max(base * (1 + limit), base + min) : Math.min(base * (1 - limit), base - min);
}

export function isTime(metric: ChangeRule['metric']): metric is TimeName {
  return catalog[metric].kind === 'time';
}
