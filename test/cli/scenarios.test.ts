import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bundledScenarios } from '../../src/scenario/bundled.ts';
import type { Result } from '../../src/verdict/result.ts';
import { cli } from '../support/spawn-cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'mqtt-stress-scenarios-'));

describe('every bundled scenario', async () => {
  after(() => rmSync(directory, { recursive: true }));

  const names = await bundledScenarios();
  test('is known here, so that a new one is not forgotten', () => {
    assert.deepEqual(names.toSorted(), ['fan-in', 'fan-out', 'many-clients', 'point-to-point', 'quick-start']);
  });

  for (const name of names) {
    test(`${name}, shortened by --set, runs on the embedded broker and loses nothing`, async () => {
      const file = join(directory, `${name}.json`);
      const short = ['--set', 'warmUp=1s', '--set', 'duration=3s', '--report', `json=${file}`, '--allow-invalid'];
      const { code, stdout, stderr } = await cli('run', name, ...short);
      assert.equal(code, 0, stdout + stderr);
      const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
      assert.equal(result.verdict, 'passed');
      assert.equal(result.run.measuredMs, 3000);
      assert.ok(result.totals.messages_sent.count > 0);
      assert.ok(result.delivery.length > 0);
      for (const { expected, received, lost } of result.delivery) {
        assert.ok(expected > 0);
        assert.equal(received, expected);
        assert.equal(lost, 0);
      }
      assert.equal(result.totals.connects.count, result.run.clients);
      assert.match(stdout, /embedded broker/);
    });
  }
});
