import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { assertEquations, overall, runScenario } from '../support/run-scenario.ts';

const skip = mosquittoMissing();

describe('what a receiver can tell and is owed', { skip }, () => {
  let mosquitto: Mosquitto;
  before(async () => {
    mosquitto = await startMosquitto();
  });
  after(() => mosquitto.stop());

  for (const client of Object.keys(clients)) {
    test(`${client}: a stamp in a user property does not come to clients before MQTT 5, which are not judged by it`, async () => {
      const result = await runScenario(
        `
brokers: [${mosquitto.url}]
warmUp: 0s
duration: 1s
groups:
  pubs:
    clients: 4
    protocol: 5
    publish: [{ topic: "text/{index}", qos: 1, rate: 20/s, payload: { text: "hello {seq}" } }, { topic: "size/{index}", qos: 1, rate: 20/s }]
  old: { subscribe: { topic: "+/+" } }
  team: { clients: 2, subscribe: { topic: $share/team/text/+ } }
  new: { protocol: 5, subscribe: { topic: "+/+" } }
`,
        { client },
      );
      assert.deepEqual([result.exitCode, result.reasons], [0, []]);
      const counts = Object.entries(result.groups).map(([name, group]) => [
        name,
        group.deliveries_made.count,
        group.messages_unjudged.count,
        group.messages_lost.count,
      ]);
      assert.deepEqual(counts, [
        ['pubs', 0, 0, 0],
        ['old', 80, 80, 0],
        ['team', 0, 80, 0],
        ['new', 160, 0, 0],
      ]);
      assert.equal(overall(result, 'messages_foreign'), 0);
      assert.match(result.warnings.join('\n'), /the stamp of publish is a user property.*what old, team gets/);
      assertEquations(result);
    });

    test(`${client}: filters of one client that deliver at QoS 1 and 2 break no contract when connections are lost`, async () => {
      const proxy = await startProxy(mosquitto.port, 20);
      try {
        const result = await runScenario(
          `
brokers: [{ name: direct, url: "${mosquitto.url}" }, { name: slow, url: "${proxy.url}" }]
cluster: true
warmUp: 0s
duration: 4s
drain: 5s
groups:
  pubs: { broker: direct, clients: 10, publish: { topic: "over/{index}", qos: 2, rate: 20/s } }
  subs:
    broker: slow
    clients: 4
    protocol: 5
    session: { expiry: 1h }
    reconnect: { after: 100ms, upTo: 200ms }
    subscribe: [{ topic: "over/#", qos: 1 }, { topic: "over/+", qos: 2 }]
`,
          {
            client,
            second({ phase }) {
              if (phase === 'measuring') proxy.dropAll();
            },
          },
        );
        assert.equal(result.exitCode, 0, result.reasons.join('\n'));
        assert.ok(result.totals.disconnects.count > 0 && result.totals.messages_duplicated.count > 0);
        assert.equal(result.totals.messages_lost.count, 0);
        assertEquations(result);
      } finally {
        await proxy.stop();
      }
    });
  }
});
