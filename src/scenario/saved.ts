import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { type Loaded, type LoadOptions, parseScenario } from './load.ts';
import { readResultFile, requireResult } from './result-file.ts';

/** What a result holds to run it again; beside it only the secrets are needed, and the same machine for the same figures. */
export type SavedRun = {
  /** What problems call it. */
  readonly name: string;
  readonly asRun: { readonly text: string; readonly secrets: readonly string[] };
  readonly seed: number;
  readonly client: string;
  readonly threads: number;
};

const again = z.looseObject({
  run: z.looseObject({
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 32 - 1),
    client: z.string(),
    threads: z.number().int().min(0),
    scenario: z.looseObject({ asRun: z.looseObject({ text: z.string(), secrets: z.array(z.string()) }) }),
  }),
});

/** Reads a result file. Throws a UserError where it is none, or where this version cannot run it again. */
export async function readSavedRun(path: string): Promise<SavedRun> {
  return savedRun(path, await readResultFile(path));
}

/** The same of a result at hand. */
export function savedRun(name: string, result: unknown): SavedRun {
  requireResult(name, result);
  const { data, error } = again.safeParse(result);
  if (data === undefined) {
    const place = error.issues[0]?.path.join('.');
    const hint =
      'was it changed, or made by a version from before results could be run again? Run its scenario instead';
    throw new UserError(`${name} cannot be run again: its ${place} is not what a result has`, { hint });
  }
  const { seed, client, threads, scenario } = data.run;
  return { name: `the scenario in ${name}`, asRun: scenario.asRun, seed, client, threads };
}

/** Checks the scenario of a saved run as if it came from a file; `set` and `brokers` change it, and give its secrets again. */
export function loadSaved({ name, asRun, seed }: SavedRun, options: LoadOptions = {}): Loaded {
  return parseScenario(name, asRun.text, { seed, ...options, folder: '.', secrets: asRun.secrets });
}
