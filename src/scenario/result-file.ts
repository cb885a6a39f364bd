import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { packageVersion, resultSchema } from '../base/versions.ts';

const [schemaName = '', schemaVersion = ''] = resultSchema.split(/\/(?=\d+$)/);

const head = z.looseObject({
  schema: z.string(),
  run: z.looseObject({ versions: z.looseObject({ tool: z.string() }) }).optional(),
});

/** The JSON of a result file. Throws a UserError where there is none, or it is not JSON; what it holds is not looked at. */
export async function readResultFile(path: string): Promise<unknown> {
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
    return JSON.parse(text);
  } catch {
    throw noResult(path, 'it is not JSON');
  }
}

/** Throws a UserError where it is no result, or of another major version. */
export function requireResult(name: string, result: unknown): void {
  const { data: known } = head.safeParse(result);
  if (known === undefined || !known.schema.startsWith(`${schemaName}/`)) throw noResult(name, 'it has no such schema');
  const tool = known.run?.versions.tool;
  const own = packageVersion();
  const sameTool = tool === undefined || majorOf(tool) === majorOf(own);
  if (known.schema === resultSchema && sameTool) return;
  const made = tool === undefined ? '' : `, made by mqtt-stress ${tool}`;
  throw new UserError(
    `${name} is a result of another major version${made} (${known.schema}): mqtt-stress ${own} reads version ${schemaVersion}`,
    { hint: 'take the version that made it, or run its scenario again with this one' },
  );
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}

const howMade = 'a result is what --report json=result.json writes';

function noResult(name: string, why: string): UserError {
  return new UserError(`${name} is no result of mqtt-stress: ${why}`, { hint: howMade });
}
