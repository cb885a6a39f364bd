import { type ExitCode, exitCode } from '../../base/exit-codes.ts';
import type { Comparison, RuleResult } from '../comparison.ts';
import type { Result } from '../result.ts';

/** The result of a run that was compared: one that would have passed may be worse than its baseline. That nothing could be compared does not make it another run. */
export function withComparison(result: Result, comparison: Comparison): Result {
  const worse = worseOf(comparison);
  if (result.exitCode !== exitCode.passed || worse.length === 0) return { ...result, comparison };
  return { ...result, comparison, verdict: 'failed', exitCode: exitCode.worse, reasons: worse.map(ruleReason) };
}

/** What a command ends with that compared. */
export function comparedCode(comparison: Comparison): ExitCode {
  if (comparison.passed) return exitCode.passed;
  return worseOf(comparison).length > 0 ? exitCode.worse : exitCode.untrusted;
}

/** What a command ends with that ran, and compared where there was a baseline: the run's own code comes first. */
export function endCode({ exitCode: own, comparison }: Result): ExitCode {
  return own !== exitCode.passed || comparison === undefined ? own : comparedCode(comparison);
}

/** Why a command does not end with the code of a run that passed: its comparison, in sentences. */
export function endReasons(result: Result): string[] {
  const { verdict, comparison } = result;
  if (comparison === undefined || verdict !== 'passed') return [];
  const [first, ...more] = comparisonReasons(comparison);
  return first === undefined ? [] : [`${first} So the exit code is ${endCode(result)}.`, ...more];
}

/** Why a comparison did not pass, in sentences: what is worse, and what could not be answered. */
export function comparisonReasons(comparison: Comparison): string[] {
  const { passed, judged, rules } = comparison;
  if (passed) return [];
  const unanswered = rules.filter(isUnanswered).map(({ metric, rule, words }) => `${metric} ${rule} (${words})`);
  return [
    ...worseOf(comparison).map(ruleReason),
    ...(!judged
      ? unjudgedReasons(comparison)
      : unanswered.length > 0
        ? [`Not all that was asked could be compared with the baseline: ${unanswered.join('; ')}.`]
        : []),
  ];
}

/** Somebody asked, and there is nothing to answer with; by default much is asked that may not be there. */
export function isUnanswered({ answer, byDefault }: Pick<RuleResult, 'answer' | 'byDefault'>): boolean {
  return answer === 'noData' && !byDefault;
}

function worseOf({ rules }: Comparison): RuleResult[] {
  return rules.filter(({ answer }) => answer === 'worse');
}

function ruleReason({ metric, rule, words }: RuleResult): string {
  return `Compared with the baseline, ${metric} is ${words}: ${rule}.`;
}

/** Why nothing could be said: a gate that cannot tell must not be green. */
function unjudgedReasons({ base, new: fresh, rules, warnings }: Comparison): string[] {
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
