import { UserError } from '../base/errors.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import type { Result } from '../verdict/result.ts';
import { parseAddress } from './reports/address.ts';
import { discardReports, openReports, publishReports } from './reports.ts';
import type { ReportTarget } from './run-options.ts';
import { outputOf, say } from './terminal.ts';

/** Throws a UserError for what tells a run while it goes on. */
export function requireOver(targets: readonly ReportTarget[]): void {
  const live = targets.find(({ kind }) => kind === 'progress');
  if (live !== undefined) {
    throw new UserError(`${live.option} progress: that tells a run while it runs, and this one is over`);
  }
  const served = targets.find(({ path }) => path !== undefined && parseAddress(path) !== undefined);
  if (served === undefined) return;
  const { option, kind, path } = served;
  const hint = `to a file: ${option} ${kind}=metrics.prom; to a gateway: ${option} ${kind}=http://...`;
  throw new UserError(`${option} ${kind}=${path}: only a run that goes on is told at an address`, { hint });
}

/** A result that is there already, told by its reports. `base`: the run that it is compared with. Gives `passed` where all are written. */
export async function tellResult(targets: readonly ReportTarget[], result: Result, base?: Result): Promise<ExitCode> {
  const reports = await openReports(targets, {
    stdout: outputOf(process.stdout, process.env),
    stderr: outputOf(process.stderr, process.env),
    env: process.env,
    say,
  });
  try {
    for (const { reporter } of reports) await reporter.end?.(result, base);
  } catch (error) {
    discardReports(reports);
    throw error;
  }
  return publishReports(reports, say);
}
