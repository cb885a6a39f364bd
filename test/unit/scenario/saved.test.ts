import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageVersion } from '../../../src/base/versions.ts';
import { readSavedRun, savedRun } from '../../../src/scenario/saved.ts';

const run = {
  seed: 7,
  client: 'wire',
  threads: 2,
  versions: { tool: packageVersion() },
  scenario: { text: 'x', sha256: 'y', asRun: { text: 'groups: {}', secrets: ['brokers.0.password'] } },
};
const result = { schema: 'mqtt-stress/result/1', verdict: 'passed', run };

describe('a saved run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-saved-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (text: string) => {
    const path = join(folder, 'r.json');
    writeFileSync(path, text);
    return path;
  };

  it('is read from its file', async () => {
    const path = file(JSON.stringify(result));
    const { asRun } = run.scenario;
    const name = `the scenario in ${path}`;
    assert.deepEqual(await readSavedRun(path), { name, asRun, seed: 7, client: 'wire', threads: 2 });
  });

  it('is none where there is no file, no JSON, or other JSON', async () => {
    await assert.rejects(readSavedRun(join(folder, 'none.json')), /there is no result .*none\.json/);
    await assert.rejects(readSavedRun(folder), /is a folder/);
    await assert.rejects(readSavedRun(file('name: x\n')), /r\.json is no result of mqtt-stress: it is not JSON/);
    for (const other of [null, 5, [], {}, { schema: 'k6/summary/1' }, { schema: 1 }]) {
      assert.throws(() => savedRun('r.json', other), /r\.json is no result of mqtt-stress: it has no such schema/);
    }
  });

  it('of another major version is refused, which names what made it', () => {
    const later = { ...result, schema: 'mqtt-stress/result/2', run: { ...run, versions: { tool: '9.1.0' } } };
    const says =
      /^r\.json is a result of another major version, made by mqtt-stress 9\.1\.0 \(mqtt-stress\/result\/2\)/;
    assert.throws(
      () => savedRun('r.json', later),
      ({ message }: Error) => says.test(message),
    );
    const tool = { ...result, run: { ...run, versions: { tool: '9.1.0' } } };
    assert.throws(() => savedRun('r.json', tool), /made by mqtt-stress 9\.1\.0 \(mqtt-stress\/result\/1\)/);
    assert.throws(() => savedRun('r.json', { schema: 'mqtt-stress/result/12' }), /another major version/);
  });

  it('that lacks a part says which', () => {
    const { asRun, ...old } = run.scenario;
    assert.throws(
      () => savedRun('r.json', { ...result, run: { ...run, scenario: old } }),
      /r\.json cannot be run again: its run\.scenario\.asRun is not what a result has/,
    );
    assert.throws(() => savedRun('r.json', { ...result, run: { ...run, seed: -1 } }), /its run\.seed is not/);
  });
});
