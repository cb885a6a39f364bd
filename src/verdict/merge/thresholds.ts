import { catalog, type TimeName } from '../../metrics/catalog.ts';
import { type Expression, parseExpression } from '../../metrics/expression.ts';
import { Histogram } from '../../metrics/histogram.ts';
import { parseSelector } from '../../metrics/selector.ts';
import { shareBases } from '../../metrics/shares.ts';
import type { Where } from '../../metrics/totals.ts';
import { evaluate, isWorse } from '../evaluate.ts';
import type { Figures } from '../figures.ts';
import type { PartResult, Result, ThresholdResult } from '../result.ts';

/** Of a merged result: its whole, groups and brokers. */
export type Merged = Pick<Result, 'totals' | 'groups' | 'brokers'>;

/**
 * The thresholds of all runs, judged on what they measured together. Where the parts of a result do not tell that (one QoS, a window,
 * one that stopped its run), where only some of the runs had it, or without `merged`, the run that did worst stands for all.
 */
export function mergeThresholds(runs: readonly (readonly ThresholdResult[])[], merged?: Merged): ThresholdResult[] {
  const all = runs.flat();
  return [...new Set(all.map(keyOf))].map((key) => {
    const same = all.filter((one) => keyOf(one) === key);
    const [one] = same as [ThresholdResult];
    const expression = expressionOf(one);
    const live = same.some(({ window, aborted }) => window !== undefined || aborted !== undefined);
    const inAll = runs.every((thresholds) => thresholds.some((other) => keyOf(other) === key));
    const alone = merged === undefined || expression === undefined || live || !inAll;
    const together = alone ? undefined : judged(one, expression, merged);
    return together ?? { ...worst(same, expression), ...windowsOf(same) };
  });
}

/** Its times from another start of the load. */
export function movedThreshold(threshold: ThresholdResult, byMs: number): ThresholdResult {
  const { worstAt, aborted } = threshold;
  return {
    ...threshold,
    ...(worstAt !== undefined && { worstAt: worstAt + byMs }),
    ...(aborted !== undefined && { aborted: { t: aborted.t + byMs } }),
  };
}

function keyOf({ metric, expression, level, window, after, abortOnFail }: ThresholdResult): string {
  return [metric, expression, level, window, after, abortOnFail].join('\n');
}

/** Undefined: another version wrote it, which knew more. */
function expressionOf({ metric, expression: text }: ThresholdResult): Expression | undefined {
  const selector = parseSelector(metric);
  if ('rule' in selector) return undefined;
  const expression = parseExpression(selector.metric, text, selector.where);
  return 'rule' in expression ? undefined : expression;
}

function judged(threshold: ThresholdResult, expression: Expression, merged: Merged): ThresholdResult | undefined {
  const part = partOf(expression.where, merged);
  if (part === undefined || !tells(part, expression)) return undefined;
  return { ...threshold, ...evaluate(expression, figuresOfPart(part, expression)) };
}

function partOf({ group, broker, qos }: Where, { totals, groups, brokers }: Merged): PartResult | undefined {
  if (qos !== undefined || (group !== undefined && broker !== undefined)) return undefined;
  return group !== undefined ? groups[group] : broker !== undefined ? brokers[broker] : totals;
}

/** Without its histogram a time is only its own percentiles, and parts are not told by QoS. */
function tells(part: PartResult, { metric, aggregate }: Expression): boolean {
  if (aggregate === 'share') return shareBases[metric]?.qos === undefined;
  if (catalog[metric].kind !== 'time') return true;
  const time = part[metric as TimeName];
  return time === undefined || time.hdr !== undefined;
}

function figuresOfPart(part: PartResult, { metric }: Expression): Figures {
  const { count, rate } = catalog[metric].kind === 'settled' ? part[metric as 'messages_lost'] : { count: 0, rate: 0 };
  return {
    time(name) {
      const hdr = part[name]?.hdr;
      return hdr === undefined ? undefined : Histogram.decode(hdr);
    },
    count: (name) => part[name].count,
    rate: (name) => part[name].rate,
    gauge: (name) => part[name],
    settled: (name) =>
      name === 'messages_lost' && part.deliveries_expected.count === 0 ? undefined : part[name].count,
    seconds: count === 0 ? 1 : rate === 0 ? 0 : count / rate,
  };
}

/** Of those that failed, the one without data or farthest off; one that stopped its run comes first. */
function worst(same: readonly ThresholdResult[], expression: Expression | undefined): ThresholdResult {
  const failed = same.filter(({ passed }) => !passed);
  const stopped = failed.filter(({ aborted }) => aborted !== undefined);
  const candidates = stopped.length > 0 ? stopped : failed.length > 0 ? failed : same;
  return candidates.reduce((one, other) => {
    if (one.value === null || other.value === null) return one.value === null ? one : other;
    return expression !== undefined && isWorse(expression, other.value, one.value) ? other : one;
  });
}

function windowsOf(same: readonly ThresholdResult[]): Pick<ThresholdResult, 'windows'> {
  const all = same.flatMap(({ windows }) => windows ?? []);
  if (all.length === 0) return {};
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  return { windows: { judged: sum(({ judged }) => judged), failed: sum(({ failed }) => failed) } };
}
