import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { freePort } from '../support/free-port.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { cli, startCli } from '../support/spawn-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-giving-up-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a bundled scenario through a proxy that counts, and stops the broker once it measures. */
async function abandon(scenario: string, client: string, ...more: string[]) {
  const mosquitto = await startMosquitto();
  const proxy = await startProxy(mosquitto.port, 0);
  const file = join(folder, `${scenario}-${client}.json`);
  const options = [
    '--set',
    'warmUp=0s',
    '--broker',
    proxy.url,
    '--client',
    client,
    '--report',
    `json=${file}`,
    '--allow-invalid',
    ...more,
  ];
  const running = startCli(['run', scenario, '--duration', '50s', ...options]);
  try {
    await running.said(/measuring/);
    assert.equal(proxy.connections, 1);
    await mosquitto.stop();
    const { code, stdout } = await running.ended;
    const attempts = proxy.connections - 1;
    return { code, stdout, attempts, result: JSON.parse(readFileSync(file, 'utf8')) as Result };
  } finally {
    running.child.kill('SIGKILL');
    await mosquitto.stop();
    await proxy.stop();
  }
}

const left = /the measured window ended after .* of 50s: no client was left that may connect again \(see reconnect\)/;

describe('a broker that is stopped while its client runs', { skip: mosquittoMissing(), concurrency: true }, () => {
  for (const client of ['wire', 'mqttjs']) {
    test(`sees no further attempt of no-reconnect, which ends early, says so, and fails (${client})`, async () => {
      const { code, stdout, attempts, result } = await abandon('no-reconnect', client);
      assert.equal(attempts, 0);
      assert.equal(code, 99);
      assert.match(stdout, /^✗ FAILED {2}No reconnect.*disconnects: count == 0, but it was 1\./s);
      assert.match(stdout.replaceAll(/\s+/g, ' '), left);
      assert.ok(result.run.measuredMs < 45_000);
      assert.deepEqual([result.totals.disconnects.count, result.totals.reconnects.count], [1, 0]);
      assert.equal(result.totals.connect_errors.count, 0);
    });

    test(`sees exactly three further attempts of three-attempts, which then ends early and says so (${client})`, async () => {
      const quick = ['--set', 'groups.loop.reconnect.after=100ms', '--set', 'groups.loop.reconnect.upTo=200ms'];
      const { code, stdout, attempts, result } = await abandon('three-attempts', client, ...quick);
      assert.equal(attempts, 3);
      assert.equal(code, 99);
      assert.match(stdout, /^✗ FAILED {2}Three attempts.*connect_errors: count < 3, but it was 3\./s);
      assert.match(stdout.replaceAll(/\s+/g, ' '), left);
      assert.ok(result.run.measuredMs < 45_000);
      assert.deepEqual([result.totals.disconnects.count, result.totals.reconnects.count], [1, 0]);
    });
  }
});

test('a broker that is not there at the start sees three attempts of three-attempts, too', async () => {
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  const quick = ['groups.loop.reconnect.after=10ms', 'groups.loop.reconnect.upTo=10ms'].flatMap((one) => [
    '--set',
    one,
  ]);
  const { code, stdout } = await cli('run', 'three-attempts', '--broker', url, '--no-progress', ...quick);
  assert.equal(code, 3);
  const said =
    /0 of 1 clients connected with 3 attempts each within 30s, .*, mostly for connection_refused \(3 times\)/;
  assert.match(stdout.replaceAll(/\s+/g, ' '), said);
});
