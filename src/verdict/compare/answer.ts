import { formatCount, formatDuration } from '../../base/units.ts';
import type { ChangeRule } from '../../metrics/change-rule.ts';
import type { Answer, Comparison } from '../comparison.ts';
import { leastEffect } from './by-seconds.ts';
import type { Estimate } from './estimate.ts';
import { isBeyond, isTime, mostAllowed } from './value.ts';

export type Judged = { readonly answer: Answer; readonly words: string };

const level = 0.05;

/** `p`: by Holm's correction. */
export function answer(rule: ChangeRule, estimate: Estimate, p: number, method: Comparison['method']): Judged {
  const { base, new: fresh, moved } = estimate;
  const beyond = isBeyond(base, fresh, rule);
  if (beyond && p <= level && (method === 'runs' || isLarge(rule, estimate))) {
    return { answer: 'worse', words: `worse by ${amount(rule, estimate)}` };
  }
  if (moved === 'no') return { answer: 'same', words: 'no difference that can be told apart from noise' };
  if (moved !== rule.worse) return { answer: 'better', words: `better by ${amount(rule, estimate)}` };
  if (!beyond) return { answer: 'within', words: `worse by ${amount(rule, estimate)}, which the rule allows` };
  const why =
    method === 'runs'
      ? 'it is not certain that this is more than the rule allows'
      : 'so few runs cannot prove it, use --repeat 5';
  return { answer: 'unproven', words: `worse by ${amount(rule, estimate)}, but ${why}` };
}

/** Seconds of one run do not show how runs differ: the whole interval must be beyond the limit, and the effect be a large one. */
function isLarge(rule: ChangeRule, { base, change, interval }: Estimate): boolean {
  if (change === null || interval === null || Math.abs(change) <= leastEffect) return false;
  const limit = mostAllowed(base, rule) / base - 1;
  return rule.worse === 'up' ? interval[0] > limit : interval[1] < limit;
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
