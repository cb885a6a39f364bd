import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { readMachine } from '../base/machine.ts';
import { makeRunTag } from '../base/random.ts';
import { compile } from '../plan/compile.ts';
import { describe } from '../plan/describe.ts';
import { needs } from '../plan/needs.ts';
import { openScenario, type ScenarioOptions } from './open-scenario.ts';

export type Streams = { readonly out: NodeJS.WritableStream; readonly err: NodeJS.WritableStream };

/** Validates a scenario and prints its plan in words; opens no socket. What the machine does not allow goes to stderr. */
export async function check(name: string, { out, err, ...options }: ScenarioOptions & Streams): Promise<ExitCode> {
  const { scenario, seed, explain } = await openScenario(name, options);
  const plan = compile(scenario, { runTag: makeRunTag(Date.now()), seed, commandLine: '', client: 'wire' });
  const machine = readMachine();
  out.write(describe(plan, machine));
  const problems = needs(plan, machine);
  if (problems.length === 0) return exitCode.passed;
  err.write(`${explain(problems).join('\n')}\n`);
  return exitCode.usage;
}
