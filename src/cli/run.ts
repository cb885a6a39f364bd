import { availableParallelism, cpus, platform, release } from 'node:os';
import { backends } from '../backends/index.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import { exitCode } from '../base/exit-codes.ts';
import { log } from '../base/log.ts';
import { readMachine } from '../base/machine.ts';
import { makeRunTag } from '../base/random.ts';
import { startBroker } from '../broker/broker.ts';
import { compile } from '../plan/compile.ts';
import type { Plan } from '../plan/plan.ts';
import { run as runPlan } from '../run.ts';
import type { Result, RunResult } from '../verdict/result.ts';
import { fold } from './fold.ts';
import { logRun } from './log-run.ts';
import { maskedCommandLine } from './mask.ts';
import { openScenario, requireMachine } from './open-scenario.ts';
import { packageVersion } from './package-version.ts';
import { closeReports, discardReports, type OpenReport, openReports } from './reports.ts';
import { type RunOptions, type RunSettings, readSettings } from './run-options.ts';
import { listenForSignals } from './signals.ts';
import { outputOf } from './terminal.ts';

/** `mqtt-stress run`: from the words typed to the exit code. Throws a UserError for all that is wrong before the load. */
export async function run(name: string, options: RunOptions, words: readonly string[]): Promise<ExitCode> {
  const settings = readSettings(options);
  log.level = settings.logLevel;
  const opened = await openScenario(name, { ...options, env: process.env });
  const compiled = (brokerUrl?: string): Plan =>
    compile(opened.scenario, {
      runTag,
      seed: opened.seed,
      commandLine: `mqtt-stress ${maskedCommandLine(words)}`,
      client: settings.client,
      ...(brokerUrl !== undefined && { brokerUrl }),
    });
  const runTag = makeRunTag(Date.now());
  requireMachine(opened, compiled(), readMachine());
  const reports = await openReports(
    settings,
    outputOf(process.stdout, process.env),
    outputOf(process.stderr, process.env),
  );
  const controller = new AbortController();
  const stopListening = listenForSignals(controller, say, () => discardReports(reports));
  try {
    const result = await withBroker(opened.scenario.brokers === undefined, (brokerUrl) =>
      carryOut(compiled(brokerUrl), settings, reports, controller.signal),
    );
    const allWritten = await closeReports(reports, say);
    return allWritten || result.exitCode !== exitCode.passed ? result.exitCode : exitCode.usage;
  } catch (error) {
    discardReports(reports);
    throw error;
  } finally {
    stopListening();
  }
}

async function carryOut(
  plan: Plan,
  { threads, allowInvalid }: RunSettings,
  reports: readonly OpenReport[],
  signal: AbortSignal,
): Promise<Result> {
  // A thread without a client would have nothing to do.
  const clients = plan.groups.reduce((sum, group) => sum + group.clients, 0);
  const workers = Math.min(threads, clients);
  const backend = await (workers === 0 ? backends.inline() : backends.threads());
  const reporters = [...reports.map(({ reporter }) => reporter), logRun()];
  return runPlan(plan, backend(Math.max(1, workers)), {
    reporters,
    signal,
    threads: workers,
    versions: versions(),
    allowInvalid,
  });
}

/** The embedded broker lives as long as the run, where the scenario names no other. */
async function withBroker<T>(needed: boolean, use: (url?: string) => Promise<T>): Promise<T> {
  if (!needed) return use();
  const broker = await startBroker({ onExit: (how) => log.error(`the embedded broker ended: ${how}`) });
  try {
    return await use(broker.url);
  } finally {
    await broker.stop();
  }
}

function versions(): RunResult['versions'] {
  return {
    tool: packageVersion(),
    node: process.version,
    os: `${platform()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
  };
}

function say(text: string): void {
  process.stderr.write(`${fold(text, process.stderr.columns)}\n`);
}
