import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import type { Result } from '../../src/verdict/result.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { assertEquations, runScenario } from '../support/run-scenario.ts';

const skip = mosquittoMissing();

/** A run of MQTT 5 groups on a Mosquitto with some limits. */
async function limited(client: string, lines: readonly string[], groups: string): Promise<Result> {
  const mosquitto = await startMosquitto({ listeners: [lines] });
  try {
    return await runScenario(`brokers: [${mosquitto.url}]\nwarmUp: 0s\nduration: 1s\ndrain: 1s\ngroups:\n${groups}`, {
      client,
    });
  } finally {
    await mosquitto.stop();
  }
}

const texts = ({ events }: Result) => events.map(({ text }) => text);

for (const client of Object.keys(clients)) {
  describe(`the limits of Mosquitto, client ${client}`, { skip, concurrency: 3 }, () => {
    const subs = '  subs: { protocol: 5, subscribe: { topic: "l/#" } }\n';

    test('a QoS that it does not take: the run does not start, and says why', async () => {
      const result = await limited(
        client,
        ['max_qos 1'],
        `  pubs: { protocol: 5, connect: { within: 1s }, publish: { topic: "l/{index}", qos: 2 } }\n${subs}`,
      );
      assert.deepEqual([result.verdict, result.exitCode], ['notStarted', 3]);
      assert.match(
        result.reasons.join('\n'),
        /qos_not_supported.*does not take this QoS, of a publish or a will: lower qos/s,
      );
      assert.ok(texts(result).some((text) => text.includes('its Maximum QoS is 1, a publish asks for 2')));
    });

    test('retained messages that it does not take: the run does not start, and says why', async () => {
      const result = await limited(
        client,
        ['retain_available false'],
        `  pubs: { protocol: 5, connect: { within: 1s }, publish: { topic: "l/{index}", retain: true } }\n${subs}`,
      );
      assert.deepEqual([result.verdict, result.exitCode], ['notStarted', 3]);
      assert.match(
        result.reasons.join('\n'),
        /retain_not_supported.*takes no retained messages, of a publish or a will: leave retain out/s,
      );
    });

    const objections = [
      ['max_qos 1', 'qos: 2'],
      ['max_packet_size 200', 'qos: 1, payload: 600B'],
      ['retain_available false', 'qos: 1, retain: true'],
    ] as const;
    for (const [line, publish] of objections) {
      test(`what MQTT 3 cannot refuse (${line}): the run is incomplete, and says what may be the cause`, async () => {
        const result = await limited(
          client,
          [line],
          `  pubs: { clients: 4, publish: { topic: "l/{index}", rate: 10/s, ${publish} } }
  subs: { subscribe: { topic: "l/#" } }
`,
        );
        assert.deepEqual([result.verdict, result.exitCode], ['incomplete', 4]);
        assert.match(
          result.reasons.join('\n'),
          /^Group pubs: none of its \d+ publishes at QoS 1 or 2 was acknowledged \(given up with their connection \d+\)\.$/m,
        );
        assert.match(result.reasons.join('\n'), /The broker ends the connection at a publish: is it too large/);
      });
    }

    test('packets that are too large: never sent, counted by their cause, and the run is incomplete', async () => {
      const result = await limited(
        client,
        ['max_packet_size 500'],
        `  large: { protocol: 5, publish: { topic: "l/l", qos: 1, rate: 20/s, payload: 600B } }
  small: { protocol: 5, publish: { topic: "l/s", qos: 1, rate: 20/s, payload: 100B } }
  subs: { protocol: 5, subscribe: { topic: "l/#" } }
`,
      );
      assertEquations(result);
      const { groups, totals } = result;
      assert.deepEqual(totals.publishes_dropped.by, { packet_too_large: 20 });
      assert.deepEqual([groups['large']?.messages_sent.count, groups['small']?.messages_sent.count], [0, 20]);
      assert.equal(totals.messages_received.count, 20);
      assert.equal(totals.messages_lost.count, 0);
      assert.deepEqual([result.verdict, result.exitCode], ['incomplete', 4]);
      assert.match(
        result.reasons.join('\n'),
        /20 publishes were never sent: they are larger than the Maximum Packet Size/,
      );
      assert.ok(texts(result).includes('large: the broker grants packets of at most 500 bytes'));
    });

    test('a SUBSCRIBE that is too large: sent in several, without the filter that alone is, and answered as one', async () => {
      const filters = Array.from({ length: 30 }, (_, i) => `{ topic: "l/${'z'.repeat(30)}/${i}", qos: 1 }`);
      const result = await limited(
        client,
        ['max_packet_size 500'],
        `  pubs: { clients: 30, protocol: 5, publish: { topic: "l/${'z'.repeat(30)}/{index}", qos: 1, rate: 5/s } }
  subs: { protocol: 5, subscribe: [${filters.join(', ')}, { topic: "l/${'y'.repeat(600)}" }] }
`,
      );
      assertEquations(result);
      const { totals } = result;
      assert.equal(result.verdict, 'passed', result.reasons.join('\n'));
      assert.deepEqual([totals.disconnects.count, totals.subscribes.count, totals.subscribe_time?.count], [0, 30, 1]);
      assert.deepEqual(totals.subscribe_errors.by, { packet_too_large: 1 });
      assert.equal(totals.messages_received.count, totals.deliveries_expected.count);
    });

    test('a Receive Maximum and a keep-alive of its own: kept to, and told', async () => {
      const result = await limited(
        client,
        ['max_inflight_messages 3', 'max_keepalive 30'],
        '  pubs: { protocol: 5, inFlight: 10, publish: { topic: "l/{index}", qos: 1, rate: max } }\n',
      );
      assertEquations(result);
      assert.ok(result.totals.in_flight.max <= 3, `${result.totals.in_flight.max} in flight`);
      assert.ok(texts(result).includes('pubs: the broker grants at most 3 in flight (Receive Maximum), asked 10'));
      assert.ok(texts(result).includes('pubs: the broker grants keep-alive 30s, asked 60s'));
    });

    test('client ids that it assigns: used, and told', async () => {
      const result = await limited(
        client,
        [],
        `  pubs: { clients: 5, protocol: 5, clientId: "", publish: { topic: "l/{index}", qos: 1, rate: 10/s } }\n${subs}`,
      );
      assert.equal(result.verdict, 'passed', result.reasons.join('\n'));
      assert.deepEqual([result.totals.connects.count, result.totals.disconnects.count], [6, 0]);
      assert.ok(texts(result).includes('pubs: the broker grants client ids that it assigns'));
    });

    test('client ids that it assigns, with sessions that are kept: removed at the end', async () => {
      const result = await limited(
        client,
        [],
        `  pubs: { clients: 5, protocol: 5, clientId: "", session: { expiry: 1h }, publish: { topic: "l/{index}", qos: 1, rate: 10/s } }\n${subs}`,
      );
      assert.equal(result.verdict, 'passed', result.reasons.join('\n'));
      assert.deepEqual([result.totals.connects.count, result.totals.disconnects.count], [6, 0]);
      assert.equal(result.totals.sessions_removed.count, 5);
    });

    test('wills are published when connections break, told apart from the run’s messages, and retained messages too', async () => {
      const mosquitto: Mosquitto = await startMosquitto();
      const proxy = await startProxy(mosquitto.port, 0);
      let measured = 0;
      const result = await runScenario(
        `
brokers: [{ name: through, url: "${proxy.url}" }, { name: direct, url: "${mosquitto.url}" }]
cluster: true
warmUp: 0s
duration: 3s
drain: 1s
groups:
  pubs:
    clients: 10
    broker: through
    reconnect: { after: 100ms, upTo: 200ms }
    will: { topic: "state/{clientId}", payload: "gone {index}", qos: 1 }
    publish: { topic: "w/{index}", qos: 1, rate: 5/s, retain: true }
  subs:
    broker: direct
    subscribe: [{ topic: "w/+", qos: 1 }, { topic: "state/#", qos: 1 }]
  late:
    broker: through
    reconnect: { after: 100ms, upTo: 200ms }
    subscribe: { topic: "w/+", qos: 1 }
`,
        {
          client,
          second({ phase }) {
            if (phase === 'measuring' && ++measured === 1) proxy.dropAll();
          },
        },
      );
      await proxy.stop();
      await mosquitto.stop();
      const { groups, totals, warnings } = result;
      assert.equal(groups['subs']?.wills_received.count, 10);
      assert.equal(totals.messages_foreign.count, 0);
      assert.ok(
        (groups['late']?.messages_retained.count ?? 0) > 0,
        'a subscriber that comes back gets what is retained',
      );
      assert.equal(groups['subs']?.messages_lost.count, groups['subs']?.messages_lost.by?.['unacked'] ?? 0);
      assert.ok(
        warnings.some((text) => text.startsWith('pubs: 10 retained messages of w/{index} may remain on the broker')),
        warnings.join('\n'),
      );
    });
  });
}
