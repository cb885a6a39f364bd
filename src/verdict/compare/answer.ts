import { formatCount, formatDuration, formatRate } from '../../base/units.ts';
import type { ChangeRule } from '../../metrics/change-rule.ts';
import type { Answer } from '../comparison.ts';
import { leastEffect } from './by-seconds.ts';
import type { Estimate } from './estimate.ts';
import { isBeyond, isTime, mostAllowed } from './value.ts';

export type Judged = { readonly answer: Answer; readonly words: string };

const level = 0.05;

/** `p`: by Holm's correction. `more`: how to come to enough runs; undefined: they are enough to be tested run against run. */
export function answer(rule: ChangeRule, estimate: Estimate, p: number, more: string | undefined): Judged {
  const { base, new: fresh, moved } = estimate;
  const beyond = isBeyond(base, fresh, rule);
  if (beyond && p <= level && (more === undefined || isLarge(rule, estimate))) {
    return { answer: 'worse', words: `worse by ${amount(rule, estimate)}` };
  }
  if (moved === 'no') return { answer: 'same', words: 'no difference that can be told apart from noise' };
  if (moved !== rule.worse) return { answer: 'better', words: `better by ${amount(rule, estimate)}` };
  if (!beyond) return { answer: 'within', words: `worse by ${amount(rule, estimate)}, ${allowance(rule, estimate)}` };
  const why =
    more === undefined
      ? 'it is not certain that this is more than the rule allows'
      : `so few runs cannot prove it, ${more}`;
  return { answer: 'unproven', words: `worse by ${amount(rule, estimate)}, but ${why}` };
}

/** Seconds of one run do not show how runs differ: the whole interval must be beyond the limit, and the effect be a large one. */
function isLarge(rule: ChangeRule, { base, change, interval }: Estimate): boolean {
  if (change === null || interval === null || Math.abs(change) <= leastEffect) return false;
  const limit = mostAllowed(base, rule) / base - 1;
  return rule.worse === 'up' ? interval[0] > limit : interval[1] < limit;
}

/** Why it is allowed: what is large beside a small base may still be less than what counts. */
function allowance(rule: ChangeRule, { base, new: fresh }: Estimate): string {
  if (base === 0 || !isBeyond(base, fresh, { ...rule, min: 0 })) return 'which the rule allows';
  const [difference, least] = [Math.abs(fresh - base), rule.min].map((value) => plain(rule, value)) as [string, string];
  return `but only by ${difference}, less than the ${least} that counts`;
}

function plain({ metric, aggregate }: ChangeRule, value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (isTime(metric)) return formatDuration(rounded);
  return aggregate === 'rate' ? formatRate(rounded) : formatCount(rounded);
}

/** "23 % (95 % interval 18 to 29)"; beside a base of 0 the values themselves. */
function amount({ metric }: ChangeRule, { base, new: fresh, change, interval }: Estimate): string {
  if (change === null) {
    const difference = Math.abs(fresh - base);
    return isTime(metric) ? formatDuration(difference) : `${formatCount(difference)}, from ${formatCount(base)}`;
  }
  if (interval === null) return `${percent(change)} %`;
  const [low, high] = interval.map((end) => end * Math.sign(change)).sort((a, b) => a - b) as [number, number];
  return `${percent(change)} % (95 % interval ${signed(low)} to ${signed(high)})`;
}

function percent(share: number): string {
  const value = 100 * Math.abs(share);
  return formatCount(value < 10 ? Math.round(10 * value) / 10 : Math.round(value));
}

function signed(share: number): string {
  const text = percent(share);
  return share < 0 && text !== '0' ? `-${text}` : text;
}
