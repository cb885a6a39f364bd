import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import { overWebSocket } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { runScenario } from '../support/run-scenario.ts';

describe('local addresses', { skip: mosquittoMissing() }, () => {
  for (const client of Object.keys(clients)) {
    test(`are where clients connect from, in turn, by Mosquitto's own log, client ${client}`, async () => {
      const port = await freePort();
      const mosquitto = await startMosquitto({ listeners: [[`listener ${port} 127.0.0.1`, overWebSocket]] });
      const result = await runScenario(
        `
brokers: [ { name: tcp, url: "${mosquitto.url}" }, { name: web, url: "ws://127.0.0.1:${port}" } ]
warmUp: 0s
duration: 1s
groups:
  bound: { clients: 12, broker: tcp, localAddress: [ 127.0.0.2, 127.0.0.3, 127.0.0.4 ] }
  single: { clients: 3, broker: web, localAddress: 127.0.0.5 }
  free: { clients: 2, broker: tcp }
`,
        { client, workers: 2, backend: 'threads' },
      );
      // Written whole only when it ends.
      await mosquitto.stop();
      const { log } = mosquitto;
      assert.equal(result.verdict, 'passed', result.reasons.join('\n'));
      const from = (address: string, id: string) =>
        [...log.matchAll(/New client connected from (?:::ffff:)?(\S+?)(?::\d+)? as (\S+)-\w{7}-\d+ /g)].filter(
          ([, at, group]) => at === address && group === id,
        ).length;
      assert.deepEqual(
        ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((address) => from(address, 'bound')),
        [4, 4, 4],
        log,
      );
      assert.deepEqual([from('127.0.0.5', 'single'), from('127.0.0.1', 'free')], [3, 2], log);
    });
  }
});
