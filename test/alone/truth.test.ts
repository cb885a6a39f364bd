import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { assertEquations, overall, runScenario } from '../support/run-scenario.ts';
import { countWithMosquittoSub, openWitness } from '../support/witness.ts';

const skip = mosquittoMissing();

describe('200 clients on Mosquitto, counted by others', { skip }, () => {
  let mosquitto: Mosquitto;
  before(async () => {
    mosquitto = await startMosquitto();
  });
  after(() => mosquitto.stop());

  for (const protocol of ['3.1.1', '5']) {
    test(`sent + resent is what the broker received, and mosquitto_sub gets what our subscriber gets, on ${protocol}`, async (t) => {
      const witness = openWitness(mosquitto.url);
      const { received: before } = await witness.settled();
      const counting = await countWithMosquittoSub(mosquitto.url, `w${protocol}/#`);
      t.after(() => counting.stop());
      const result = await runScenario(
        `
brokers: [${mosquitto.url}]
warmUp: 1s
duration: 4s
groups:
  pubs:
    clients: 199
    protocol: "${protocol}"
    publish:
      - { topic: "w${protocol}/0/{index}", qos: 0, totalRate: 400/s }
      - { topic: "w${protocol}/1/{index}", qos: 1, totalRate: 400/s }
      - { topic: "w${protocol}/2/{index}", qos: 2, totalRate: 400/s }
  subs:
    protocol: "${protocol}"
    subscribe: { topic: "w${protocol}/#", qos: 0 }
`,
        { backend: 'threads', workers: 2 },
      );
      const sent = overall(result, 'messages_sent') + overall(result, 'messages_resent');
      assert.equal(sent, 3 * 400 * 5);
      await counting.until(sent);
      const { received: afterwards } = await witness.settled();
      // Mosquitto 2.0.11 counts PUBLISH packets by the mask 0xF5 of their first byte, which misses those of QoS 2.
      assert.equal(afterwards - before, sent - 400 * 5);
      assert.equal(counting.count, overall(result, 'messages_received'));
      assert.equal(result.totals.messages_lost.count, 0);
    });
  }
});

describe('a known delay of 50 ms each way', { skip }, () => {
  let mosquitto: Mosquitto;
  before(async () => {
    mosquitto = await startMosquitto();
  });
  after(() => mosquitto.stop());

  // Mosquitto forwards a QoS 2 message after PUBREL, which is one more way there and back.
  const truths = [
    { qos: 0, deliveryMs: 100, withinMs: 5, publishMs: undefined },
    { qos: 1, deliveryMs: 100, withinMs: 5, publishMs: 100 },
    { qos: 2, deliveryMs: 200, withinMs: 8, publishMs: 200 },
  ];
  for (const client of Object.keys(clients)) {
    for (const { qos, deliveryMs, withinMs, publishMs } of truths) {
      test(`${client} at QoS ${qos}: delivery takes ${deliveryMs} ms`, async () => {
        const proxy = await startProxy(mosquitto.port, 50);
        const result = await runScenario(
          `
brokers: [${proxy.url}]
warmUp: 1s
duration: 2s
drain: 3s
groups:
  pubs:
    clients: 10
    publish: { topic: "d/{index}", qos: ${qos}, rate: 10/s }
  subs:
    subscribe: { topic: "d/+", qos: ${qos} }
`,
          { client },
        );
        await proxy.stop();
        const { delivery_time: delivery, publish_time: publish } = result.totals;
        assert.equal(delivery?.count, 200);
        assert.ok(Math.abs((delivery?.p50 ?? 0) - deliveryMs) <= withinMs, `delivery p50 ${delivery?.p50} ms`);
        if (publishMs === undefined) assert.equal(publish, undefined);
        else assert.ok(Math.abs((publish?.p50 ?? 0) - publishMs) <= withinMs, `publish p50 ${publish?.p50} ms`);
        assert.equal(result.totals.messages_lost.count, 0);
      });
    }
  }
});

describe('a broker in trouble', { skip }, () => {
  for (const client of Object.keys(clients)) {
    test(`stopped for 2 s under steady QoS 1 load: the stall is in the latencies, nothing is lost (${client})`, async () => {
      const mosquitto = await startMosquitto();
      let measured = 0;
      const result = await runScenario(
        `
brokers: [${mosquitto.url}]
warmUp: 1s
duration: 10s
groups:
  pubs:
    clients: 20
    publish: { topic: "s/{index}", qos: 1, rate: 10/s }
  subs:
    subscribe: { topic: "s/+", qos: 1 }
`,
        {
          backend: 'threads',
          client,
          second({ phase }) {
            if (phase !== 'measuring') return;
            measured++;
            if (measured === 3) mosquitto.pause();
            if (measured === 5) mosquitto.resume();
          },
        },
      );
      await mosquitto.stop();
      const { delivery_time: delivery, messages_lost: lost } = result.totals;
      assert.ok((delivery?.max ?? 0) >= 1850, `delivery max ${delivery?.max} ms`);
      assert.ok((delivery?.p99 ?? 0) >= 1500, `delivery p99 ${delivery?.p99} ms`);
      assert.equal(lost.count, 0);
      assert.equal(overall(result, 'messages_sent'), 20 * 10 * 11);
      assert.notEqual(result.trust.verdict, 'invalid');
      assert.equal(result.exitCode, 0);
    });
  }

  for (const qos of [0, 1, 2]) {
    test(`killed and started again under QoS ${qos}: every client comes back, traffic resumes, no loss is called a violation`, async () => {
      const mosquitto = await startMosquitto();
      let measured = 0;
      let back = 0;
      const result = await runScenario(
        `
brokers: [${mosquitto.url}]
warmUp: 0s
duration: 8s
drain: 2s
groups:
  pubs:
    clients: 30
    reconnect: { after: 100ms, upTo: 500ms }
    publish: { topic: "k/{index}", qos: ${qos}, rate: 10/s }
  subs:
    clients: 3
    reconnect: { after: 100ms, upTo: 500ms }
    subscribe: { topic: "k/+", qos: ${qos} }
`,
        {
          backend: 'threads',
          workers: 2,
          second({ phase, cells }) {
            if (phase !== 'measuring') return;
            measured++;
            if (measured === 2) void mosquitto.kill9().then(() => mosquitto.restart());
            const received = cells.reduce((sum, { measured: { counts } }) => sum + (counts.messages_received ?? 0), 0);
            if (measured > 5) back += received;
          },
        },
      );
      await mosquitto.stop();
      assertEquations(result, qos === 0 ? overall(result, 'messages_sent') : 0);
      const { reconnects, disconnects, messages_lost: lost, delivery_violations: violations } = result.totals;
      assert.equal(reconnects.count, 33);
      assert.equal(disconnects.count, 33);
      assert.ok(back > 0, 'nothing was received after the restart');
      assert.equal(violations.count, 0);
      const allowed = ['qos0', 'unacked', 'while_disconnected'];
      assert.deepEqual(
        Object.keys(lost.by ?? {}).filter((cause) => !allowed.includes(cause)),
        [],
      );
      assert.equal(result.exitCode, 0);
    });
  }
});
