import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Imports point down; folders on one line do not import each other. */
const layers = [
  ['cli'],
  ['run.ts', 'index.ts'],
  ['backends', 'reporters'],
  ['fleet', 'verdict'],
  ['plan'],
  ['scenario'],
  ['workloads', 'observers'],
  ['clients'],
  ['mqtt', 'transports', 'pacing', 'metrics', 'broker'],
  ['base'],
] as const;

/** Clients tell, the fleet counts. */
const apart = [
  ['clients', 'metrics'],
  ['workloads', 'metrics'],
] as const;

/** Where each third-party package may be imported: a folder, or one file. */
const doorways: Readonly<Record<string, readonly string[]>> = {
  aedes: ['broker/'],
  'cli-progress': ['reporters/progress.ts'],
  commander: ['cli/'],
  'fastest-levenshtein': ['base/nearest.ts'],
  'hdr-histogram-js': ['metrics/'],
  mqtt: ['clients/mqttjs.ts', 'clients/mqttjs/'],
  'mqtt-packet': ['mqtt/'],
  'p-limit': ['fleet/connect.ts'],
  pino: ['base/log.ts'],
  uplot: ['reporters/html/browser/'],
  yaml: ['scenario/'],
  ws: ['transports/websocket.ts', 'broker/'],
  zod: ['base/fields.ts', 'scenario/', 'workloads/', 'observers/', 'pacing/', 'verdict/saved-result.ts'],
};

/** Who looks a member up by its name: the table of each kind is asked there and nowhere else. */
const tables: Readonly<Record<string, readonly string[]>> = {
  'backends/index.ts': ['index.ts'],
  'clients/index.ts': ['fleet/', 'observers/', 'cli/', 'index.ts'],
  'observers/index.ts': ['observers/lookup.ts', 'scenario/'],
  'pacing/index.ts': ['workloads/', 'scenario/'],
  'reporters/index.ts': ['cli/', 'index.ts'],
  'transports/index.ts': ['transports/load.ts'],
  'workloads/index.ts': ['workloads/lookup.ts', 'scenario/'],
};

/** Beside cli/: processes and threads of our own, which are what their entry files say. */
const entries = ['broker/child.ts', 'backends/thread-entry.ts'];

// Compiled tests lie in dist/test/unit, so the sources are three folders up.
const src = fileURLToPath(new URL('../../../src/', import.meta.url));

type Import = { readonly from: string; readonly to: string };

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }));

/** Every import, export-from and import(), those of types included. */
function importsOf({ path, text }: { path: string; text: string }): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const found = [
    ...code.matchAll(/^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm),
    ...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
  ];
  return found.map(([, specifier = '']) => ({
    from: path,
    to: specifier.startsWith('.') ? relative(src, join(src, dirname(path), specifier)) : specifier,
  }));
}

const imports = files.flatMap(importsOf);
const inside = imports.filter(({ to }) => to.endsWith('.ts'));
const packages = imports.filter(({ to }) => !to.endsWith('.ts') && !to.startsWith('node:'));

const folderOf = (path: string) => path.split('/')[0] ?? path;
const layerOf = (path: string) => layers.findIndex((line) => (line as readonly string[]).includes(folderOf(path)));
const within = (path: string, places: readonly string[]) =>
  places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));
const arrows = (wrong: readonly Import[]) => wrong.map(({ from, to }) => `${from} -> ${to}`);

describe('the layers', () => {
  it('hold every file', () => {
    assert.ok(imports.length > 100);
    assert.deepEqual(
      files.filter(({ path }) => layerOf(path) < 0).map(({ path }) => path),
      [],
    );
  });

  it('are imported downwards only, and folders of one line do not know each other', () => {
    const wrong = inside.filter(({ from, to }) => {
      if (folderOf(from) === folderOf(to)) return false;
      const isFile = !to.includes('/') && !from.includes('/');
      return isFile ? false : layerOf(from) >= layerOf(to);
    });
    assert.deepEqual(arrows(wrong), []);
  });

  it('keep counting out of clients and workloads', () => {
    const wrong = inside.filter(({ from, to }) =>
      apart.some(([one, other]) => folderOf(from) === one && folderOf(to) === other),
    );
    assert.deepEqual(arrows(wrong), []);
  });

  it('take each third-party package in through its doorway', () => {
    const nameOf = (to: string) => (to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : folderOf(to));
    assert.deepEqual(arrows(packages.filter(({ from, to }) => !within(from, doorways[nameOf(to)] ?? []))), []);
  });

  it('have each table asked in its own places only', () => {
    const wrong = inside.filter(({ from, to }) => to in tables && !within(from, tables[to] ?? []));
    assert.deepEqual(arrows(wrong), []);
  });

  it('leave arguments, environment, standard streams and the exit to cli/', () => {
    const system = /\bprocess\.(argv|env|stdout|stderr|exit|exitCode)\b|\bconsole\./;
    const wrong = files.filter(
      ({ path, text }) => !path.startsWith('cli/') && !entries.includes(path) && system.test(text),
    );
    assert.deepEqual(
      wrong.map(({ path }) => path),
      [],
    );
  });
});
