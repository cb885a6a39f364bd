import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { readMachine } from '../base/machine.ts';
import { compile, run as runPlan } from '../index.ts';
import type { Plan } from '../plan/plan.ts';
import { threadsFor } from '../plan/threads.ts';
import type { SavedRun } from '../scenario/saved.ts';
import { endCode } from '../verdict/compare/with-comparison.ts';
import type { Result } from '../verdict/result.ts';
import { followLeavings } from './left-behind.ts';
import { logRun } from './log-run.ts';
import { maskedCommandLine } from './mask.ts';
import { openScenario, requireMachine, type ScenarioOptions } from './open-scenario.ts';
import { discardReports, openReports, publishReports } from './reports.ts';
import type { RunSettings } from './run-options.ts';
import { listenForSignals } from './signals.ts';
import { outputOf, say } from './terminal.ts';

/** A scenario that can be run, once or several times: each run has a plan with a tag of its own. */
export type Runnable = {
  readonly plan: () => Plan;
  readonly settings: RunSettings;
  readonly env: ScenarioOptions['env'];
};

/** Throws a UserError for all that is wrong before the load. `words`: as typed. */
export async function openRunnable(
  from: string | SavedRun,
  options: Omit<ScenarioOptions, 'env'>,
  settings: RunSettings,
  words: readonly string[],
): Promise<Runnable> {
  const opened = await openScenario(from, { ...options, env: process.env });
  const commandLine = `mqtt-stress ${maskedCommandLine(words)}`;
  const plan = () => compile(opened.scenario, { seed: opened.seed, commandLine, client: settings.client });
  const [first, machine] = [plan(), readMachine()];
  requireMachine(opened, first, machine, threadsFor(first, settings.threads, machine).count);
  return { plan, settings, env: opened.env };
}

export type Ran = { readonly result: Result; readonly exitCode: ExitCode };

/** What a run is told beside: added to its result before that is told, and a run of the base. */
export type Beside = { readonly amend: (result: Result) => Result; readonly base: Result | undefined };

/** One run, told by its reports. */
export async function runOnce({ plan, settings, env }: Runnable, beside?: Beside): Promise<Ran> {
  const reports = await openReports(settings.reports, {
    stdout: outputOf(process.stdout, process.env),
    stderr: outputOf(process.stderr, process.env),
    env,
    say,
  });
  const controller = new AbortController();
  const leftBehind = followLeavings();
  const stopListening = listenForSignals(controller, say, () => {
    discardReports(reports);
    const left = leftBehind.told();
    if (left !== undefined) say(left);
  });
  try {
    const result = await runPlan(plan(), {
      reporters: [...reports.map(({ reporter }) => reporter), logRun(), leftBehind.reporter],
      signal: controller.signal,
      threads: settings.threads,
      allowInvalid: settings.allowInvalid,
      ...(beside !== undefined && { amend: beside.amend }),
      ...(beside?.base !== undefined && { base: beside.base }),
    });
    const written = await publishReports(reports, say, controller.signal);
    const code = endCode(result);
    return { result, exitCode: code === exitCode.passed ? written : code };
  } catch (error) {
    discardReports(reports);
    throw error;
  } finally {
    stopListening();
  }
}
