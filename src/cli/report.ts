import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { merge } from '../verdict/merge/merge.ts';
import type { Result } from '../verdict/result.ts';
import { fold } from './fold.ts';
import { openResult } from './open-result.ts';
import { parseAddress } from './reports/address.ts';
import { discardReports, openReports, publishReports } from './reports.ts';
import { reportTargets } from './run-options.ts';
import { isStep } from './step-log.ts';
import { outputOf } from './terminal.ts';

/** As commander hands them over. */
export type ReportOptions = { readonly as?: readonly string[]; readonly exitCode?: boolean };

/** Tells results again that `run` wrote, several as one. Throws a UserError where one cannot be read. */
export async function report(paths: readonly string[], options: ReportOptions): Promise<ExitCode> {
  const asking = { option: '--as', inStep: isStep(process.env), unasked: false };
  const targets = reportTargets({ report: options.as ?? ['text'], quiet: true, progress: false }, asking);
  if (targets.some(({ kind }) => kind === 'progress')) {
    throw new UserError('--as progress: that tells a run while it runs, and this one is over');
  }
  const served = targets.find(({ path }) => path !== undefined && parseAddress(path) !== undefined);
  if (served !== undefined) {
    const hint = `to a file: --as ${served.kind}=metrics.prom; to a gateway: --as ${served.kind}=http://...`;
    throw new UserError(`--as ${served.kind}=${served.path}: only a run that goes on is told at an address`, { hint });
  }
  const results = await Promise.all(paths.map(openResult));
  requireApart(paths, results);
  const result = merge(results as [Result, ...Result[]]);
  const reports = await openReports(targets, {
    stdout: outputOf(process.stdout, process.env),
    stderr: outputOf(process.stderr, process.env),
    env: process.env,
    say,
  });
  try {
    for (const { reporter } of reports) await reporter.end?.(result);
  } catch (error) {
    discardReports(reports);
    throw error;
  }
  const written = await publishReports(reports, say);
  if (written !== exitCode.passed) return written;
  return options.exitCode === true ? result.exitCode : exitCode.passed;
}

function say(text: string): void {
  process.stderr.write(`${fold(text, process.stderr.columns)}\n`);
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
