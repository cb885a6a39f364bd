import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { merge } from '../verdict/merge/merge.ts';
import type { Result } from '../verdict/result.ts';
import { fold } from './fold.ts';
import { openResult } from './open-result.ts';
import { closeReports, discardReports, openReports } from './reports.ts';
import { reportTargets } from './run-options.ts';
import { outputOf } from './terminal.ts';

/** As commander hands them over. */
export type ReportOptions = { readonly as?: readonly string[]; readonly exitCode?: boolean };

/** Tells results again that `run` wrote, several as one. Throws a UserError where one cannot be read. */
export async function report(paths: readonly string[], options: ReportOptions): Promise<ExitCode> {
  const targets = reportTargets({ report: options.as ?? ['text'], quiet: true, progress: false }, '--as');
  if (targets.some(({ kind }) => kind === 'progress')) {
    throw new UserError('--as progress: that tells a run while it runs, and this one is over');
  }
  const results = await Promise.all(paths.map(openResult));
  requireApart(paths, results);
  const result = merge(results as [Result, ...Result[]]);
  const reports = await openReports(
    { reports: targets },
    outputOf(process.stdout, process.env),
    outputOf(process.stderr, process.env),
  );
  try {
    for (const { reporter } of reports) await reporter.end?.(result);
  } catch (error) {
    discardReports(reports);
    throw error;
  }
  const allWritten = await closeReports(reports, (text) =>
    process.stderr.write(`${fold(text, process.stderr.columns)}\n`),
  );
  if (!allWritten) return exitCode.usage;
  return options.exitCode === true ? result.exitCode : exitCode.passed;
}

/** One run given twice would count twice. */
function requireApart(paths: readonly string[], results: readonly Result[]): void {
  const seen = new Map<string, string>();
  for (const [i, { run }] of results.entries()) {
    const path = paths[i] as string;
    const before = seen.get(run.id);
    if (before !== undefined) throw new UserError(`${before} and ${path} are results of the same run, ${run.id}`);
    seen.set(run.id, path);
  }
}
