import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseScenario } from '../../src/scenario/load.ts';
import { schemaText } from '../../src/scenario/schema.ts';
import { cli, startCli } from '../support/spawn-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-init-'));
after(() => rmSync(folder, { recursive: true }));
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

describe('mqtt-stress init', () => {
  it('writes scenario.yaml and the schema that its first line names, and tells what to do next', async () => {
    const { code, stdout, stderr } = await startCli(['init'], {}, folder).ended;
    assert.deepEqual([code, stderr], [0, '']);
    for (const next of ['mqtt-stress check scenario.yaml', 'mqtt-stress run scenario.yaml'])
      assert.ok(stdout.includes(next), next);
    const [first = ''] = read('scenario.yaml').split('\n');
    const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    assert.equal(read(named), schemaText());
  });

  it('writes a scenario without a problem or a warning, which passes on the embedded broker', async () => {
    const path = join(folder, 'passes.yaml');
    assert.equal((await cli('init', path)).code, 0);
    const loaded = parseScenario(path, read('passes.yaml'));
    assert.ok('scenario' in loaded);
    assert.deepEqual(loaded.scenario.warnings, []);
    const short = ['--set', 'warmUp=0s', '--duration', '1s', '--allow-invalid', '--quiet'];
    const { code, stdout } = await cli('run', path, ...short);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^✓ PASSED My first scenario: 21 clients/);
  });

  it('overwrites nothing that exists unless --force asks for it', async () => {
    const path = join(folder, 'mine.yaml');
    writeFileSync(path, 'precious');
    const refused = await cli('init', path);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(refused.stderr, /mine\.yaml exists already\nname another file, .*or overwrite it with --force/);
    assert.equal(read('mine.yaml'), 'precious');
    assert.equal((await cli('init', path, '--force')).code, 0);
    assert.match(read('mine.yaml'), /^groups:/m);
  });

  it('keeps a schema that is not its own, and writes no scenario beside it', async () => {
    writeFileSync(join(folder, 'mqtt-stress.schema.json'), '{}');
    const refused = await cli('init', join(folder, 'late.yaml'));
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /mqtt-stress\.schema\.json exists already, and is not the schema.*\n--force/);
    assert.ok(!existsSync(join(folder, 'late.yaml')));
    assert.equal(read('mqtt-stress.schema.json'), '{}');
  });

  for (const [what, path, says] of [
    ['a folder', folder, /is a folder\nname a file in it/],
    ['a folder that is not there', join(folder, 'no', 'a.yaml'), /does not exist: create it first/],
    [
      'a name that no editor takes for YAML',
      join(folder, 'a.txt'),
      /must end with \.yaml or \.yml\ndid you mean \/\S+\/a\.yaml\?/,
    ],
  ] as const) {
    it(`refuses ${what} with exit code 2`, async () => {
      const { code, stdout, stderr } = await cli('init', path);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n +at /);
    });
  }
});
