import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { merge } from '../verdict/merge/merge.ts';
import type { Result } from '../verdict/result.ts';
import { readResult } from '../verdict/saved-result.ts';
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
  const results = await Promise.all(paths.map(readResult));
  requireApart(paths, results);
  const result = merge(results as [Result, ...Result[]]);
  const written = await tellResult(targets, result);
  if (written !== exitCode.passed) return written;
  return options.exitCode === true ? result.exitCode : exitCode.passed;
}

/** One run given twice would count twice, also as a part of a merged result. */
function requireApart(paths: readonly string[], results: readonly Result[]): void {
  const seen = new Map<string, string>();
  for (const [i, { run }] of results.entries()) {
    const path = paths[i] as string;
    for (const id of run.id.split('+')) {
      const before = seen.get(id);
      if (before !== undefined) throw new UserError(`${before} and ${path} are results of the same run, ${id}`);
      seen.set(id, path);
    }
  }
}
