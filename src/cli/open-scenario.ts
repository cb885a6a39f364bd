import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { UserError } from '../base/errors.ts';
import type { Machine } from '../base/machine.ts';
import type { Problem } from '../base/problem.ts';
import { makeSeed } from '../base/random.ts';
import { formatCount } from '../base/units.ts';
import { needs } from '../plan/needs.ts';
import type { Plan } from '../plan/plan.ts';
import type { Environment } from '../scenario/environment.ts';
import { load } from '../scenario/load.ts';
import { loadSaved, type SavedRun } from '../scenario/saved.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The options that `run` and `check` share, as the command line gives them. */
export type ScenarioOptions = {
  readonly set?: readonly string[];
  readonly broker?: readonly string[];
  readonly duration?: string;
  readonly seed?: string;
  readonly envFile?: string;
  readonly env: Environment;
};

export type OpenedScenario = {
  readonly scenario: Scenario;
  readonly seed: number;
  /** With the variables of --env-file. */
  readonly env: Environment;
  /** Problems found later, told with their place in the file. */
  readonly explain: (problems: readonly Problem[]) => string[];
};

/** Reads and checks a scenario, or that of a saved run; all problems together are one UserError. */
export async function openScenario(from: string | SavedRun, options: ScenarioOptions): Promise<OpenedScenario> {
  const saved = typeof from === 'string' ? undefined : from;
  const seed = options.seed === undefined ? (saved?.seed ?? makeSeed()) : parseSeed(options.seed);
  const env = options.envFile === undefined ? options.env : { ...(await readEnvFile(options.envFile)), ...options.env };
  const settings = {
    seed,
    env,
    set: options.set ?? [],
    brokers: options.broker ?? [],
    ...(options.duration === undefined ? {} : { duration: options.duration }),
  };
  const loaded = typeof from === 'string' ? await load(from, settings) : loadSaved(from, settings);
  if ('problems' in loaded) throw new UserError(loaded.problems.join('\n'));
  return { ...loaded, seed, env };
}

/** Throws what this machine does not allow. */
export function requireMachine({ explain }: OpenedScenario, plan: Plan, machine: Machine, threads: number): void {
  const problems = needs(plan, machine, threads);
  if (problems.length > 0) throw new UserError(explain(problems).join('\n'));
}

const seeds = 2 ** 32;

function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^[0-9]+$/.test(text) && seed < seeds) return seed;
  throw new UserError(`--seed ${text}: must be a whole number from 0 to ${formatCount(seeds - 1)}`);
}

/** The environment itself wins over the file, as with node --env-file. */
async function readEnvFile(path: string): Promise<Environment> {
  try {
    return parseEnv(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UserError(`--env-file ${path}: cannot be read`, { cause: error });
  }
}
