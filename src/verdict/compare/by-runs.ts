import type { ChangeRule } from '../../metrics/change-rule.ts';
import { around, changeOf, type Estimate, median } from './estimate.ts';
import { mannWhitney, ratioInterval } from './mann-whitney.ts';
import { mostAllowed } from './value.ts';

/** With fewer on a side no test of whole runs could answer. */
export const fewestRuns = 5;

const half = 0.025;

/**
 * Run against run. The base is first made worse by all that the rule allows: what still ranks above it is worse than that, so the p is of
 * the limit and not of "no change at all".
 */
export function byRuns(base: readonly number[], fresh: readonly number[], rule: ChangeRule): Estimate {
  const upwards = (values: readonly number[]) => (rule.worse === 'up' ? values : values.map((value) => -value));
  const allowed = base.map((value) => mostAllowed(value, rule));
  const [before, now] = [median(base), median(fresh)];
  const change = changeOf(before, now);
  const ratios = ratioInterval(base, fresh);
  const up = mannWhitney(base, fresh) <= half;
  const down = mannWhitney(fresh, base) <= half;
  return {
    base: before,
    new: now,
    change,
    interval: around(change, ratios === undefined ? undefined : [ratios[0] - 1, ratios[1] - 1]),
    moved: up ? 'up' : down ? 'down' : 'no',
    p: mannWhitney(upwards(allowed), upwards(fresh)),
  };
}
