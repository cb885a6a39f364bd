import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import { RecordingListener } from '../support/listener.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { assertEquations, runScenario } from '../support/run-scenario.ts';
import { sessionTo } from '../support/session.ts';

const skip = mosquittoMissing();

for (const client of Object.keys(clients)) {
  for (const [protocol, workers] of [
    ['3.1.1', 1],
    ['3.1.1', 2],
    ['5', 1],
    ['5', 2],
  ] as const) {
    test(`${client}, MQTT ${protocol}, ${workers} thread${workers === 1 ? '' : 's'}: clients that share an id take each other's connection over, each time counted by the id`, {
      skip,
    }, async () => {
      const mosquitto = await startMosquitto();
      const result = await runScenario(
        `
brokers: [${mosquitto.url}]
warmUp: 0s
duration: 3s
groups:
  twins:
    clients: 2
    protocol: "${protocol}"
    clientId: "twin"
    allowDuplicateIds: true
    reconnect: { after: 200ms, upTo: 400ms }
    publish: { topic: "t/{index}", qos: 1, rate: 5/s }
  others: { clients: 3, protocol: "${protocol}", subscribe: { topic: "t/+", qos: 1 } }
`,
        { client, backend: workers === 1 ? 'inline' : 'threads', workers },
      );
      await mosquitto.stop();
      assertEquations(result);
      const { totals, groups, takeovers } = result;
      const { count } = totals.takeovers;
      assert.ok(count >= 5, `${count} takeovers`);
      // The last may have come with our own disconnecting, which is no loss.
      const seen = mosquitto.log.match(/Client twin already connected, closing old connection/g)?.length ?? 0;
      assert.ok(seen - count <= 1 && seen >= count, `${count} takeovers, and the broker says ${seen}`);
      assert.equal(totals.disconnects.count, count);
      assert.deepEqual(totals.takeovers.by, { twin: count });
      assert.deepEqual([groups['twins']?.takeovers.count, groups['others']?.takeovers.count], [count, 0]);
      const broker = mosquitto.url.replace('mqtt://', '');
      assert.deepEqual(takeovers, [{ clientId: 'twin', broker, count, clients: ['twins[0]', 'twins[1]'] }]);
      assert.deepEqual(result.outages, []);
      assert.doesNotMatch(result.warnings.join('\n'), /somebody else/);
      assert.equal(totals.delivery_violations.count, 0);
    });
  }

  describe(`an id that somebody else uses too, client ${client}`, { skip }, () => {
    for (const protocol of ['3.1.1', '5']) {
      test(`MQTT ${protocol}: is named in a warning, and no takeover is made up`, async () => {
        const mosquitto = await startMosquitto();
        const open = await clients.wire(['mqtt']);
        const result = await runScenario(
          `
brokers: [${mosquitto.url}]
warmUp: 0s
duration: 5s
groups:
  pump:
    protocol: "${protocol}"
    clientId: pump-1
    reconnect: { after: 100ms, upTo: 200ms }
    publish: { topic: "t/{index}", qos: 1, rate: 5/s }
  others: { clients: 3, protocol: "${protocol}", subscribe: { topic: "t/+", qos: 1 } }
`,
          {
            client,
            second({ phase }) {
              if (phase === 'measuring')
                open(sessionTo(mosquitto.url, { clientId: 'pump-1' }), new RecordingListener()).connect();
            },
          },
        );
        await mosquitto.stop();
        const { totals, warnings } = result;
        assert.ok(totals.disconnects.count >= 3, `${totals.disconnects.count} connections lost`);
        // Mosquitto 2.0.11 says nothing at all, on MQTT 5 neither.
        assert.match(mosquitto.log, /Client pump-1 already connected, closing old connection/);
        const [warning = '', ...more] = warnings.filter((text) => text.includes('perhaps somebody else uses this id'));
        assert.equal(more.length, 0);
        assert.ok(
          warning.includes(`"pump-1" ended ${totals.disconnects.count} times without a word`),
          warnings.join('\n'),
        );
        assert.equal(totals.takeovers.count, 0);
      });
    }
  });
}
