import type { CounterName, GaugeName, SettledName, TimeName } from '../metrics/catalog.ts';
import { catalog } from '../metrics/catalog.ts';
import type { Comparison, Expression } from '../metrics/expression.ts';
import { shareBases } from '../metrics/shares.ts';
import type { Where } from '../metrics/totals.ts';
import type { Figures } from './figures.ts';

/** `value` in ms for times, 0 to 1 for a share, plain otherwise; null where there is no data, which never passes. */
export interface Outcome {
  readonly value: number | null;
  readonly passed: boolean;
}

export function evaluate(expression: Expression, figures: Figures): Outcome {
  const value = read(expression, figures);
  if (value === undefined) return { value: null, passed: false };
  const passed = compare[expression.compare](value, expression.limit);
  return { value: isDuration(expression) ? value / 1000 : value, passed };
}

/** In the unit of the value. */
export function limitOf(expression: Expression): number {
  return isDuration(expression) ? expression.limit / 1000 : expression.limit;
}

/** Whether the second value is further from what is asked than the first. */
export function isWorse(expression: Expression, value: number, than: number): boolean {
  const limit = limitOf(expression);
  const badness: Readonly<Record<Comparison, (value: number) => number>> = {
    '<': (one) => one,
    '<=': (one) => one,
    '>': (one) => -one,
    '>=': (one) => -one,
    '==': (one) => Math.abs(one - limit),
    '!=': (one) => -Math.abs(one - limit),
  };
  return badness[expression.compare](value) > badness[expression.compare](than);
}

function isDuration({ metric, aggregate }: Expression): boolean {
  return catalog[metric].kind === 'time' && aggregate !== 'count';
}

const compare: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
};

function read(expression: Expression, figures: Figures): number | undefined {
  const { metric, where, aggregate } = expression;
  switch (catalog[metric].kind) {
    case 'time':
      return readTime(expression, figures);
    case 'counter':
      if (aggregate === 'rate') return figures.rate(metric as CounterName, where);
      return readCount(expression, figures, figures.count(metric as CounterName, where));
    case 'gauge':
      return readGauge(expression, figures);
    case 'settled': {
      const count = figures.settled(metric as SettledName, where);
      if (aggregate !== 'rate') return readCount(expression, figures, count);
      return count === undefined || figures.seconds === 0 ? undefined : count / figures.seconds;
    }
  }
}

function readTime({ metric, where, aggregate }: Expression, figures: Figures): number | undefined {
  const histogram = figures.time(metric as TimeName, where);
  if (aggregate === 'count') return histogram?.count ?? 0;
  if (histogram === undefined || histogram.count === 0) return undefined;
  if (typeof aggregate === 'object') return histogram.percentile(aggregate.percentile);
  return aggregate === 'min' ? histogram.min : aggregate === 'max' ? histogram.max : histogram.mean;
}

function readCount(expression: Expression, figures: Figures, count: number | undefined): number | undefined {
  if (expression.aggregate !== 'share' || count === undefined) return count;
  const whole = wholeOf(expression, figures);
  return whole > 0 ? count / whole : undefined;
}

/** What 100 % is. */
function wholeOf({ metric, where }: Expression, figures: Figures): number {
  const { of = [], qos } = shareBases[metric] ?? {};
  const levels = qos?.filter((one) => where.qos === undefined || where.qos === one);
  const parts = levels?.map((one): Where => ({ ...where, qos: one })) ?? [where];
  const counts = of.flatMap((name) => parts.map((part) => figures.count(name, part) ?? 0));
  return counts.reduce((sum, count) => sum + count, 0);
}

function readGauge({ metric, where, aggregate }: Expression, figures: Figures): number | undefined {
  const range = figures.gauge(metric as GaugeName, where);
  return aggregate === 'min' ? range?.min : aggregate === 'max' ? range?.max : range?.last;
}
