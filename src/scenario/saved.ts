import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { packageVersion, resultSchema } from '../base/versions.ts';
import { type Loaded, type LoadOptions, parseScenario } from './load.ts';

/** What a result holds to run it again; beside it only the secrets are needed, and the same machine for the same figures. */
export type SavedRun = {
  /** What problems call it. */
  readonly name: string;
  readonly asRun: { readonly text: string; readonly secrets: readonly string[] };
  readonly seed: number;
  readonly client: string;
  readonly threads: number;
};

const [schemaName = '', schemaVersion = ''] = resultSchema.split(/\/(?=\d+$)/);

const head = z.looseObject({
  schema: z.string(),
  run: z.looseObject({ versions: z.looseObject({ tool: z.string() }) }).optional(),
});

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
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError(`there is no result ${path}`, { hint: howMade });
    if (code === 'EISDIR') throw new UserError(`${path} is a folder`, { hint: 'name a result in it' });
    throw new UserError(`cannot read the result ${path}`, { cause: error });
  }
  try {
    return savedRun(path, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw noResult(path, 'it is not JSON');
    throw error;
  }
}

/** The same of a result at hand. */
export function savedRun(name: string, result: unknown): SavedRun {
  const { data: known } = head.safeParse(result);
  if (known === undefined || !known.schema.startsWith(`${schemaName}/`)) throw noResult(name, 'it has no such schema');
  requireVersion(name, known);
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

function requireVersion(name: string, { schema, run }: z.output<typeof head>): void {
  const tool = run?.versions.tool;
  const own = packageVersion();
  const sameTool = tool === undefined || majorOf(tool) === majorOf(own);
  if (schema === resultSchema && sameTool) return;
  const made = tool === undefined ? '' : `, made by mqtt-stress ${tool}`;
  throw new UserError(
    `${name} is a result of another major version${made} (${schema}): mqtt-stress ${own} runs version ${schemaVersion} again`,
    { hint: 'run it with the version that made it, or run its scenario instead' },
  );
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}

const howMade = 'a result is what --report json=result.json writes';

function noResult(name: string, why: string): UserError {
  return new UserError(`${name} is no result of mqtt-stress: ${why}`, { hint: howMade });
}
