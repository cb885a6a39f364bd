import { formatCount, formatDuration, formatRate } from '../base/units.ts';
import type { CounterName, GaugeName, MetricName, SettledName, TimeName } from '../metrics/catalog.ts';
import { catalog } from '../metrics/catalog.ts';
import type { Comparison, Expression } from '../metrics/expression.ts';
import type { Totals } from '../metrics/totals.ts';
import type { ThresholdPlan } from '../plan/plan.ts';
import type { Deliveries } from './delivery.ts';
import type { ThresholdResult } from './result.ts';
import type { Series } from './series.ts';

/** Everything that a threshold can be asked of. */
export interface Measured {
  readonly totals: Totals;
  readonly deliveries: Deliveries;
  readonly series: Series;
}

export function judgeThreshold({ expression, level, implicit }: ThresholdPlan, measured: Measured): ThresholdResult {
  const { text } = expression;
  return { metric: nameOf(expression), expression: text, ...evaluate(expression, measured), level, implicit };
}

/** `value` in ms for times, plain otherwise; null where there is no data, which never passes. */
export function evaluate(expression: Expression, measured: Measured): { value: number | null; passed: boolean } {
  const value = read(expression, measured);
  if (value === undefined) return { value: null, passed: false };
  const passed = holds(expression, value);
  const isDuration = catalog[expression.metric].kind === 'time' && expression.aggregate !== 'count';
  return { value: isDuration ? value / 1000 : value, passed };
}

/** `value` in the unit of the limit: us for times. */
export function holds({ compare: comparison, limit }: Expression, value: number): boolean {
  return compare[comparison](value, limit);
}

const compare: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
};

function read(expression: Expression, measured: Measured): number | undefined {
  switch (catalog[expression.metric].kind) {
    case 'time':
      return readTime(expression, measured.totals);
    case 'counter':
      return readCounter(expression, measured.totals);
    case 'gauge':
      return readGauge(expression, measured.series);
    case 'settled':
      return readSettled(expression, measured);
  }
}

function readTime({ metric, where, aggregate }: Expression, totals: Totals): number | undefined {
  const histogram = totals.histogram(metric as TimeName, where);
  if (aggregate === 'count') return histogram?.count ?? 0;
  if (histogram === undefined || histogram.count === 0) return undefined;
  if (typeof aggregate === 'object') return histogram.percentile(aggregate.percentile);
  return { min: histogram.min, max: histogram.max, avg: histogram.mean, rate: undefined }[aggregate];
}

function readCounter({ metric, where, aggregate }: Expression, totals: Totals): number | undefined {
  const summary = totals.of(metric as CounterName, where);
  return aggregate === 'rate' ? summary?.ratePerSecond : summary?.count;
}

function readGauge({ metric, where, aggregate }: Expression, series: Series): number | undefined {
  const { min, max, last } = series.gauge(metric as GaugeName, where);
  return aggregate === 'min' ? min : aggregate === 'max' ? max : last;
}

/** Where nothing was owed, "nothing lost" says nothing; violations are seen even there. */
function readSettled({ metric, where, aggregate }: Expression, { totals, deliveries }: Measured): number | undefined {
  const name = metric as SettledName;
  if (name === 'messages_lost' && deliveries.expected(where) === 0) return undefined;
  const { count } = name === 'messages_lost' ? deliveries.lost(where) : deliveries.violations(where);
  return aggregate === 'rate' ? count / Math.max(totals.measuredSeconds, 1e-6) : count;
}

function nameOf({ metric, where }: Expression): string {
  const labels = Object.entries(where).map(([name, value]) => `${name}: ${value}`);
  return labels.length === 0 ? metric : `${metric}{${labels.join(', ')}}`;
}

/** With its unit, to three significant digits where it is a time. */
export function valueText({ metric, expression, value }: ThresholdResult): string {
  if (value === null) return 'no data';
  const name = metric.replace(/\{.*/, '');
  const isTime = name in catalog && catalog[name as MetricName].kind === 'time' && !expression.startsWith('count');
  if (isTime) return formatDuration(Number(value.toPrecision(3)));
  return expression.startsWith('rate') ? formatRate(value) : formatCount(value);
}
