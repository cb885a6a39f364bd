import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { readMachine } from '../base/machine.ts';
import { makeRunTag } from '../base/random.ts';
import { compile } from '../plan/compile.ts';
import { describe } from '../plan/describe.ts';
import { needs } from '../plan/needs.ts';
import { threadsFor } from '../plan/threads.ts';
import { fold } from './fold.ts';
import { openScenario, type ScenarioOptions } from './open-scenario.ts';
import { type RunOptions, readGenerator } from './run-options.ts';
import { problemAnnotations } from './step-log.ts';
import { shown } from './terminal.ts';

/** `columns`: of the terminal, where there is one. */
type Stream = NodeJS.WritableStream & { readonly columns?: number };
export type Streams = { readonly out: Stream; readonly err: Stream };

/** As commander hands them over. */
export type CheckWords = Omit<ScenarioOptions, 'env'> & Pick<RunOptions, 'client' | 'threads'>;

/** Validates a scenario and prints its plan in words; opens no socket. What the machine does not allow goes to stderr. */
export async function check(
  name: string,
  { out, err, ...options }: ScenarioOptions & CheckWords & Streams,
): Promise<ExitCode> {
  const generator = readGenerator(options);
  const { scenario, seed, explain } = await openScenario(name, options);
  const plan = compile(scenario, { runTag: makeRunTag(Date.now()), seed, commandLine: '', client: generator.client });
  const machine = readMachine();
  const threads = threadsFor(plan, generator.threads, machine);
  out.write(shown(describe(plan, machine, threads, out.columns)));
  const problems = needs(plan, machine, threads.count);
  if (problems.length === 0) return exitCode.passed;
  const told = explain(problems).join('\n');
  err.write(shown(`${fold(told, err.columns)}\n`));
  err.write(problemAnnotations(told, options.env));
  return exitCode.usage;
}
