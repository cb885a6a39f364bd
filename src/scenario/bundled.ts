import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = new URL('../../../scenarios/', import.meta.url);
/** From where the paths in bundled scenarios count. */
export const bundledFolder = fileURLToPath(folder);

/** The names that `load` knows without a file. */
export async function bundledScenarios(): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.filter((file) => file.endsWith('.yaml')).map((file) => basename(file, '.yaml'));
}

export function readBundled(name: string): Promise<string> {
  return readFile(new URL(`${name}.yaml`, folder), 'utf8');
}

/** Name and description of each, in the order of their names. */
export async function describeBundled(): Promise<{ name: string; description: string }[]> {
  const names = (await bundledScenarios()).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const { description = '' } = parse(await readBundled(name)) as { description?: string };
      return { name, description: description.trim() };
    }),
  );
}
