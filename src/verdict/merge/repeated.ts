import { type ExitCode, gravest } from '../../base/exit-codes.ts';
import type { Result } from '../result.ts';
import { merge } from './merge.ts';
import { mergeThresholds } from './thresholds.ts';

/**
 * Runs of one scenario that were each judged by itself, told as one: their figures are merged, but they are what the worst of them is.
 * `code`: what the command that made them ends with.
 */
export function repeated(results: readonly [Result, ...Result[]], code: ExitCode): Result {
  const last = results.at(-1) as Result;
  const grave = gravest(results.map(({ exitCode }) => exitCode));
  const { verdict } = results.find(({ exitCode }) => exitCode === grave) ?? last;
  return {
    ...merge(results),
    verdict,
    exitCode: code,
    reasons: results.flatMap(({ reasons }, i) =>
      reasons.map((reason) => `run ${i + 1} of ${results.length}: ${reason}`),
    ),
    thresholds: mergeThresholds(results.map(({ thresholds }) => thresholds)),
    ...(last.comparison !== undefined && { comparison: last.comparison }),
  };
}
