import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { schemaText } from '../scenario/schema.ts';
import { starterScenario } from '../scenario/starter.ts';

export type InitOptions = { readonly force?: boolean; readonly out: NodeJS.WritableStream };

const schemaName = 'mqtt-stress.schema.json';

/** Writes a scenario to begin with, and beside it the schema that its first line names, so that editors need no network. */
export async function init(path: string, { force = false, out }: InitOptions): Promise<ExitCode> {
  await refusePlace(path);
  const schemaPath = join(dirname(path), schemaName);
  const schema = schemaText();
  if (!force) {
    await refuseExisting(path);
    // The same schema may serve several scenarios of one folder.
    if ((await readFile(schemaPath, 'utf8').catch(() => schema)) !== schema) await refuseExisting(schemaPath);
  }
  await write(path, starterScenario(schemaName), force ? 'w' : 'wx');
  await write(schemaPath, schema, 'w');
  const shown = /\s/.test(path) ? `"${path}"` : path;
  out.write(
    `wrote ${path}, and ${schemaPath} for editors\n\nnext:\n` +
      `  mqtt-stress check ${shown}    what it will do, without connecting\n` +
      `  mqtt-stress run ${shown}      about 8 seconds, on an embedded broker\n` +
      `then name your broker in it, or with --broker mqtt://host:1883\n`,
  );
  return exitCode.passed;
}

/** What would end in a file that no editor takes for YAML, or in none. */
async function refusePlace(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const [found, above] = await Promise.all([path, folder].map((one) => stat(one).catch(() => undefined)));
  if (found?.isDirectory()) {
    throw new UserError(`${path} is a folder`, {
      hint: `name a file in it: mqtt-stress init ${join(path, 'scenario.yaml')}`,
    });
  }
  if (!['.yaml', '.yml'].includes(extname(path))) {
    throw new UserError(`${path}: a scenario must end with .yaml or .yml`, {
      hint: `did you mean ${path.slice(0, path.length - extname(path).length)}.yaml?`,
    });
  }
  if (above === undefined) {
    throw new UserError(`${path}: cannot be written`, { hint: `the folder ${folder} does not exist: create it first` });
  }
}

async function refuseExisting(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) !== undefined) throw exists(path);
}

function exists(path: string): UserError {
  return basename(path) === schemaName
    ? new UserError(`${path} exists already, and is not the schema of this version`, { hint: '--force overwrites it' })
    : new UserError(`${path} exists already`, {
        hint: 'name another file, as mqtt-stress init other.yaml; or overwrite it with --force',
      });
}

async function write(path: string, text: string, flag: 'w' | 'wx'): Promise<void> {
  try {
    await writeFile(path, text, { flag });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(path);
    throw new UserError(`${path}: cannot be written`, {
      hint: `is ${dirname(resolve(path))} writable, and not full?`,
      cause: error,
    });
  }
}
