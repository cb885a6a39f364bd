import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { endCode } from '../verdict/compare/with-comparison.ts';
import { requireDifferentRuns } from '../verdict/different-runs.ts';
import { merge } from '../verdict/merge/merge.ts';
import type { Result } from '../verdict/result.ts';
import { openCandidates } from './compare-options.ts';
import { reportTargets } from './run-options.ts';
import { isStep } from './step-log.ts';
import { requireOver, tellResult } from './tell-result.ts';

/** As commander hands them over. */
export type ReportOptions = { readonly as?: readonly string[]; readonly exitCode?: boolean };

/** Tells results again that `run` wrote, several as one. Throws a UserError where one cannot be read. */
export async function report(paths: readonly string[], options: ReportOptions): Promise<ExitCode> {
  const asking = { option: '--as', inStep: isStep(process.env), unasked: false };
  const targets = reportTargets({ report: options.as ?? ['text'], quiet: true, progress: false }, asking);
  requireOver(targets);
  const candidates = await openCandidates(paths);
  requireDifferentRuns(candidates);
  const result = merge(candidates.map((candidate) => candidate.result) as [Result, ...Result[]]);
  const written = await tellResult(targets, result);
  if (written !== exitCode.passed) return written;
  return options.exitCode === true ? endCode(result) : exitCode.passed;
}
