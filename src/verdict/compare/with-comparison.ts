import { exitCode } from '../../base/exit-codes.ts';
import type { Comparison, RuleResult } from '../comparison.ts';
import type { Result } from '../result.ts';

/** The result of a run that was compared: one that would have passed may be worse than its baseline, or not comparable. */
export function withComparison(result: Result, comparison: Comparison): Result {
  if (result.exitCode !== exitCode.passed || comparison.passed) return { ...result, comparison };
  if (comparison.judged) {
    const reasons = comparison.rules.filter(({ answer }) => answer === 'worse').map(ruleReason);
    return { ...result, comparison, verdict: 'failed', exitCode: exitCode.worse, reasons };
  }
  return {
    ...result,
    comparison,
    verdict: 'incomplete',
    exitCode: exitCode.untrusted,
    reasons: unjudgedReasons(comparison),
  };
}

export function ruleReason({ metric, rule, words }: RuleResult): string {
  return `Compared with the baseline, ${metric} is ${words}: ${rule}.`;
}

/** Why nothing could be said: a gate that cannot tell must not be green. */
export function unjudgedReasons({ base, new: fresh, rules, warnings }: Comparison): string[] {
  const words = [...new Set(rules.map((each) => each.words))];
  const none = [...(base.length === 0 ? ['the base'] : []), ...(fresh.length === 0 ? ['the new runs'] : [])];
  const why =
    none.length > 0
      ? `none of ${none.join(' and of ')} can be used`
      : words.length > 0
        ? words.join('; ')
        : 'no rule has data';
  return [`Nothing could be compared with the baseline: ${why}.`, ...(none.length > 0 ? warnings : [])];
}
