import { type ExitCode, exitCode } from '../../base/exit-codes.ts';
import type { Result } from '../result.ts';
import { merge } from './merge.ts';
import { mergeThresholds } from './thresholds.ts';

const worstFirst: readonly ExitCode[] = [
  exitCode.notStarted,
  exitCode.interrupted,
  exitCode.terminated,
  exitCode.untrusted,
  exitCode.failed,
  exitCode.worse,
];

/**
 * Runs of one scenario that were each judged by itself, told as one: their figures are merged, but they are what the worst of them is. `code`: what
 * the command that made them ends with.
 */
export function repeated(results: readonly [Result, ...Result[]], code: ExitCode): Result {
  const last = results.at(-1) as Result;
  const place = ({ exitCode }: Result) => (worstFirst.includes(exitCode) ? worstFirst.indexOf(exitCode) : 99);
  const worst = results.reduce((one, other) => (place(other) < place(one) ? other : one));
  return {
    ...merge(results),
    verdict: worst.verdict,
    exitCode: code,
    reasons: results.flatMap(({ reasons }, i) =>
      reasons.map((reason) => `run ${i + 1} of ${results.length}: ${reason}`),
    ),
    thresholds: mergeThresholds(results.map(({ thresholds }) => thresholds)),
    ...(last.comparison !== undefined && { comparison: last.comparison }),
  };
}
