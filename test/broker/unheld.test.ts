import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { runScenario } from '../support/run-scenario.ts';
import { accepted, type Script, startScriptedBroker } from '../support/scripted-broker.ts';

const throwsOut: Script = { publish: (_, peer) => peer.reset() };

const publishing = (url: string, keys = '') => `
brokers: [${url}]
warmUp: 0s
duration: 3s
drain: 1s
groups:
  pubs:
    clients: 5
    reconnect: { after: 50ms, upTo: 100ms }
    publish: { topic: "u/{index}", rate: 20/s }
${keys}`;

for (const client of Object.keys(clients)) {
  describe(`publishing at QoS 0 without a subscriber, client ${client}`, { concurrency: true }, () => {
    for (const protocol of ['3.1.1', '5']) {
      test(`where each publish ends its connection, the run is incomplete and says so (${protocol})`, async (t) => {
        const broker = await startScriptedBroker(throwsOut);
        t.after(() => broker.stop());
        const result = await runScenario(publishing(broker.url, `    protocol: "${protocol}"\n`), { client });
        const { disconnects, disconnects_at_publish: cut, connections_held: held } = result.totals;
        assert.deepEqual([result.verdict, result.exitCode], ['incomplete', 4]);
        assert.ok(cut.count >= 20, `${cut.count} were cut`);
        assert.deepEqual([cut.count, held.count], [disconnects.count, 0]);
        assert.match(
          result.reasons[0] ?? '',
          /^Group pubs: all \d+ connections that it published on were lost within a second of the first publish, mostly for connection_(reset|closed); nothing shows that any of its [\d,]+ publishes came through\.$/,
        );
        const asks = /The broker ends the connection at a publish: is it too large/.test(result.reasons.join('\n'));
        assert.equal(asks, protocol === '3.1.1');
      });
    }

    test('where the broker takes it, passes, and every connection held', async (t) => {
      const broker = await startScriptedBroker();
      t.after(() => broker.stop());
      const result = await runScenario(publishing(broker.url), { client });
      assert.deepEqual([result.verdict, result.totals.connections_held.count], ['passed', 5]);
    });

    test('where connections are lost once, at the first publish, and then hold: lost connections are data', async (t) => {
      let thrown = 0;
      const broker = await startScriptedBroker({
        publish: (_, peer) => {
          if (thrown++ < 5) peer.reset();
        },
      });
      t.after(() => broker.stop());
      const result = await runScenario(publishing(broker.url), { client });
      assert.equal(result.verdict, 'passed');
      assert.ok(result.totals.disconnects_at_publish.count > 0);
    });

    test('where nothing of what is due can be sent, is incomplete', async (t) => {
      let welcome = true;
      const broker = await startScriptedBroker({
        connect: (_, peer) => {
          if (welcome) peer.send(accepted(peer));
          else peer.reset();
        },
      });
      t.after(() => broker.stop());
      const running = runScenario(publishing(broker.url), {
        client,
        second({ phase }) {
          if (phase !== 'ready' || !welcome) return;
          welcome = false;
          for (const peer of broker.peers) peer.reset();
        },
      });
      const { verdict, exitCode, reasons } = await running;
      assert.deepEqual([verdict, exitCode], ['incomplete', 4]);
      assert.match(reasons.join('\n'), /^None of the \d+ publishes at QoS 0 that were due was sent\.$/m);
    });
  });
}

describe('a Mosquitto that takes only small packets', { skip: mosquittoMissing() }, () => {
  test('throws out every publish at QoS 0 that is larger, and the run is incomplete', async () => {
    const mosquitto = await startMosquitto({ listeners: [['max_packet_size 200']] });
    try {
      const large = publishing(mosquitto.url).replace('rate: 20/s', 'rate: 20/s, payload: 600B');
      const { verdict, exitCode, reasons } = await runScenario(large);
      assert.deepEqual([verdict, exitCode], ['incomplete', 4]);
      assert.match(reasons.join('\n'), /nothing shows that any of its .* is it too large/s);
    } finally {
      await mosquitto.stop();
    }
  });
});
