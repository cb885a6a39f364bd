import { UserError } from '../base/errors.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import { exitCode } from '../base/exit-codes.ts';
import { log, tellLogTo } from '../base/log.ts';
import { readMachine } from '../base/machine.ts';
import { compile, run as runPlan } from '../index.ts';
import { threadsFor } from '../plan/threads.ts';
import { eraseLine } from '../reporters/reporter.ts';
import { readSavedRun, type SavedRun } from '../scenario/saved.ts';
import { fold } from './fold.ts';
import { logRun } from './log-run.ts';
import { maskedCommandLine } from './mask.ts';
import { openScenario, requireMachine } from './open-scenario.ts';
import { discardReports, openReports, publishReports } from './reports.ts';
import { type RunOptions, readSettings } from './run-options.ts';
import { listenForSignals } from './signals.ts';
import { outputOf } from './terminal.ts';

/** `mqtt-stress run`: from the words typed to the exit code. Throws a UserError for all that is wrong before the load. */
export async function run(name: string | undefined, options: RunOptions, words: readonly string[]): Promise<ExitCode> {
  const from = await startOf(name, options.from);
  const settings = readSettings(options, process.env, typeof from === 'string' ? undefined : from);
  log.level = settings.logLevel;
  const opened = await openScenario(from, { ...options, env: process.env });
  const plan = compile(opened.scenario, {
    seed: opened.seed,
    commandLine: `mqtt-stress ${maskedCommandLine(words)}`,
    client: settings.client,
  });
  const machine = readMachine();
  requireMachine(opened, plan, machine, threadsFor(plan, settings.threads, machine.cores).count);
  const reports = await openReports(settings.reports, {
    stdout: outputOf(process.stdout, process.env),
    stderr: outputOf(process.stderr, process.env),
    env: process.env,
    say,
  });
  tellLogTo(tell);
  const controller = new AbortController();
  const stopListening = listenForSignals(controller, say, () => discardReports(reports));
  try {
    const result = await runPlan(plan, {
      reporters: [...reports.map(({ reporter }) => reporter), logRun()],
      signal: controller.signal,
      threads: settings.threads,
      allowInvalid: settings.allowInvalid,
    });
    const written = await publishReports(reports, say, controller.signal);
    return result.exitCode === exitCode.passed ? written : result.exitCode;
  } catch (error) {
    discardReports(reports);
    throw error;
  } finally {
    stopListening();
  }
}

/** What is to be run: a scenario by its name, or a run again. */
async function startOf(name: string | undefined, result: string | undefined): Promise<string | SavedRun> {
  if (name !== undefined && result === undefined) return name;
  if (name === undefined && result !== undefined) return readSavedRun(result);
  if (name === undefined) {
    throw new UserError('run must be given a scenario, or --from with a result to run again', {
      hint: 'an example: mqtt-stress run quick-start; mqtt-stress list names the others',
    });
  }
  throw new UserError(`run must be given either a scenario (${name}) or --from ${result}, not both`, {
    hint: 'the result holds its scenario; --set changes it',
  });
}

function say(text: string): void {
  tell(`${fold(text, process.stderr.columns)}\n`);
}

/** Whole lines, where a bar may be the last one. */
function tell(lines: string): void {
  const { interactive } = outputOf(process.stderr, process.env);
  process.stderr.write(interactive ? `${eraseLine}${lines}` : lines);
}
