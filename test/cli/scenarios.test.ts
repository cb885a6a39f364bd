import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type EmbeddedBroker, startBroker } from '../../src/broker/broker.ts';
import { bundledScenarios } from '../../src/scenario/bundled.ts';
import type { Result } from '../../src/verdict/result.ts';
import { startCli } from '../support/spawn-cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'mqtt-stress-scenarios-'));

/** The variables that hold the brokers of a scenario; the others run on the embedded broker. */
const variables: Readonly<Record<string, readonly string[]>> = { 'many-brokers': ['NORTH', 'SOUTH', 'WEST'] };

describe('every bundled scenario', { concurrency: 2 }, async () => {
  after(() => rmSync(directory, { recursive: true }));

  const names = await bundledScenarios();
  test('is known here, so that a new one is not forgotten', () => {
    assert.deepEqual(names.toSorted(), [
      'fan-in',
      'fan-out',
      'many-brokers',
      'many-clients',
      'no-reconnect',
      'point-to-point',
      'quick-start',
      'takeover',
      'three-attempts',
    ]);
  });

  test('is in the README', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    for (const name of names) assert.ok(readme.includes(`\`${name}\``), name);
  });

  for (const name of names.filter((each) => each !== 'takeover')) {
    test(`${name}, shortened by --set, runs and loses nothing`, async (t) => {
      const brokers: EmbeddedBroker[] = [];
      t.after(() => Promise.all(brokers.map((broker) => broker.stop())));
      const env: Record<string, string> = {};
      for (const variable of variables[name] ?? []) {
        const broker = await startBroker();
        brokers.push(broker);
        env[variable] = broker.url;
      }
      const file = join(directory, `${name}.json`);
      const short = ['--set', 'warmUp=1s', '--set', 'duration=3s', '--report', `json=${file}`, '--allow-invalid'];
      const { code, stdout, stderr } = await startCli(['run', name, ...short], env).ended;
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
      if (brokers.length === 0) assert.match(stdout, /embedded broker/);
      else assert.equal(Object.keys(result.brokers).length, brokers.length);
    });
  }

  test('takeover shows the loop of two clients with one id, and names it', async () => {
    const file = join(directory, 'takeover.json');
    const short = ['--set', 'duration=3s', '--report', 'text', '--report', `json=${file}`, '--allow-invalid'];
    const { code, stdout, stderr } = await startCli(['run', 'takeover', ...short]).ended;
    assert.equal(code, 0, stdout + stderr);
    const { takeovers, totals, outages } = JSON.parse(readFileSync(file, 'utf8')) as Result;
    assert.deepEqual(takeovers[0]?.clients, ['twins[0]', 'twins[1]']);
    assert.equal(takeovers[0]?.count, totals.takeovers.count);
    assert.ok(totals.takeovers.count >= 5, `${totals.takeovers.count} takeovers`);
    assert.equal(outages.length, 0);
    assert.match(stdout, /^Takeovers\n {2}· twin-\w{7}: \d+ times, shared by twins\[0\], twins\[1\]$/m);
  });
});
