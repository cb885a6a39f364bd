import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-package-'));
after(() => rmSync(folder, { recursive: true, force: true }));

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function execute(cwd: string, program: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, timeout: 240_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
    });
  });
}

/** What npm ships, as its own program: without scripts, so that the tests that run are not cleaned away. */
async function pack(): Promise<{ filename: string; files: readonly { path: string }[] }> {
  const { stdout, stderr } = await execute(
    root,
    'npm',
    ...['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
  );
  const told = JSON.parse(stdout) as
    | [Awaited<ReturnType<typeof pack>>]
    | Record<string, Awaited<ReturnType<typeof pack>>>;
  const [packed] = Object.values(told);
  assert.ok(packed !== undefined, stderr);
  return packed;
}

describe('the package', () => {
  let packed: Awaited<ReturnType<typeof pack>>;
  let installed: Ended;

  before(async () => {
    packed = await pack();
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
    installed = await execute(folder, 'npm', 'install', ...quiet, join(folder, packed.filename));
  });

  /** Only a machine without a network is let off; .ci/run lets none off. */
  function ready(t: TestContext): boolean {
    const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.test(installed.stderr);
    if (installed.code !== 0 && offline && process.env['MQTT_STRESS_REQUIRE_BROKERS'] === undefined) {
      t.skip('no npm registry within reach');
      return false;
    }
    assert.equal(installed.code, 0, installed.stderr);
    return true;
  }

  it('ships the program, the schema and the scenarios; no tests, no source maps, no build state', () => {
    const paths = packed.files.map(({ path }) => path);
    const alone = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin/mqtt-stress.js', 'package.json'];
    const others = paths.filter(
      (path) =>
        !/^(dist\/src\/.*\.(js|d\.ts)|dist\/src\/reporters\/html\/assets\/style\.css|s(chema|cenarios)\/[^/]+)$/.test(
          path,
        ),
    );
    assert.deepEqual(others.toSorted(), alone);
    const page = ['script.js', 'style.css'].map((file) => `dist/src/reporters/html/assets/${file}`);
    for (const path of ['dist/src/index.js', 'dist/src/index.d.ts', ...page, 'schema/scenario.schema.json'])
      assert.ok(paths.includes(path), path);
  });

  it('has no prepare script, of which npm would warn, and leaves package.json as it was', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'mqtt-stress-manifest-'));
    try {
      const written = readFileSync(join(root, 'package.json'), 'utf8');
      writeFileSync(join(copy, 'package.json'), written);
      const scripts = () =>
        JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')).scripts as Record<string, string>;
      const { prepack = '', postpack = '' } = scripts();
      const [, strip = ''] = /^npm run clean && npm run build && (npm pkg .*)$/.exec(prepack) ?? [];
      await execute(copy, 'sh', '-c', strip);
      const hooks = ['preinstall', 'install', 'postinstall', 'prepare'];
      assert.deepEqual(
        Object.keys(scripts()).filter((name) => hooks.includes(name)),
        [],
      );
      await execute(copy, 'sh', '-c', postpack);
      assert.equal(readFileSync(join(copy, 'package.json'), 'utf8'), written);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('runs quick-start where it is installed', async (t) => {
    if (!ready(t)) return;
    const { code, stdout, stderr } = await execute(
      folder,
      'npx',
      ...['mqtt-stress', 'run', 'quick-start', '--duration', '1s', '--set', 'warmUp=0s', '--quiet', '--allow-invalid'],
    );
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^✓ PASSED Quick start: 204 clients/);
  });

  it('is imported by a program, and its schema by its name', async (t) => {
    if (!ready(t)) return;
    const program = join(folder, 'program.js');
    writeFileSync(
      program,
      `import { compile, load, run } from 'mqtt-stress';
       const short = { duration: '1s', set: ['warmUp=0s', 'groups.devices.clients=5'] };
       const { totals } = await run(compile(await load('quick-start', short)), { threads: 0 });
       const url = import.meta.resolve('mqtt-stress/scenario.schema.json');
       console.log(totals.messages_sent.count, url.endsWith('/schema/scenario.schema.json'));`,
    );
    const { code, stdout, stderr } = await execute(folder, process.execPath, program);
    assert.deepEqual([code, stdout], [0, '5 true\n'], stderr);
  });

  it('has types that a strict program compiles with', async (t) => {
    if (!ready(t)) return;
    writeFileSync(
      join(folder, 'typed.ts'),
      `import { compile, load, type Plan, type Result, run } from 'mqtt-stress';
       const plan: Plan = compile(await load('quick-start'), { client: 'wire' });
       const result: Result = await run(plan, { onSecond: (_, totals) => void totals.of('messages_sent')?.count });
       export const p99: number | undefined = result.totals.delivery_time?.p99;
       // @ts-expect-error: there is no such client
       compile(await load('quick-start'), { client: 'wirr' });`,
    );
    const node = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { code, stdout } = await execute(folder, tsc, ...strict, ...node, 'typed.ts');
    assert.equal(code, 0, stdout);
  });
});
