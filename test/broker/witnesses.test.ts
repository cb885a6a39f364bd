import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { nowUs } from '../../src/base/clock.ts';
import { clients } from '../../src/clients/index.ts';
import { RecordingListener } from '../support/listener.ts';
import type { Mosquitto } from '../support/mosquitto.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { publishing, sessionTo } from '../support/session.ts';
import { countWithMosquittoSub, openWitness } from '../support/witness.ts';

const oneWayMs = 50;
const slackMs = 5;

describe('through a wire of 50 ms each way, on Mosquitto,', { skip: mosquittoMissing() }, () => {
  let mosquitto: Mosquitto;
  before(async () => {
    mosquitto = await startMosquitto();
  });
  after(() => mosquitto.stop());

  for (const [name, load] of Object.entries(clients)) {
    for (const [qos, tripsToReceive, tripsToAck] of [
      [0, 2, 0],
      [1, 2, 2],
      // Mosquitto forwards after PUBREL; the message is received with its PUBLISH, not with the PUBREL behind it.
      [2, 4, 4],
    ] as const) {
      test(`${name} tells when a message came and when it was acknowledged, QoS ${qos}`, async () => {
        const open = await load(['mqtt']);
        const proxy = await startProxy(mosquitto.port, oneWayMs);
        const told = new RecordingListener();
        const client = open(sessionTo(proxy.url), told);
        try {
          client.connect();
          await told.untilConnected();
          client.subscribe([{ topicFilter: `delay/${name}`, qos }]);
          await told.until(() => told.subacks.length === 1, 'SUBACK');
          const acknowledged = told.acknowledged.bind(told);
          const acksMs: number[] = [];
          told.acknowledged = (stream, reasonCode, dueUs, writtenUs, pubrecUs, sequence) => {
            acksMs.push((nowUs() - writtenUs) / 1000);
            acknowledged(stream, reasonCode, dueUs, writtenUs, pubrecUs, sequence);
          };
          const deliveriesMs: number[] = [];
          for (let n = 1; n <= 5; n++) {
            const writtenUs = nowUs();
            client.publish(publishing(`delay/${name}`, qos, 'x'), writtenUs, writtenUs);
            client.flush();
            await told.until(
              () => told.messages.length === n && told.acks.length === (qos === 0 ? 0 : n),
              'the message',
            );
            deliveriesMs.push(((told.messages.at(-1)?.receivedUs ?? 0) - writtenUs) / 1000);
          }
          about(deliveriesMs, tripsToReceive * oneWayMs, 'delivered');
          if (qos > 0) about(acksMs, tripsToAck * oneWayMs, 'acknowledged');
        } finally {
          client.destroy();
          await proxy.stop();
        }
      });
    }
  }

  test('a dropped wire costs the connection, and what was in flight', async () => {
    const proxy = await startProxy(mosquitto.port, oneWayMs);
    const told = new RecordingListener();
    const client = (await clients.mqttjs())(sessionTo(proxy.url), told);
    client.connect();
    await told.untilConnected();
    client.publish(publishing('drop', 1, 'x', 3), 1, 2);
    proxy.dropAll();
    await told.untilClosed();
    assert.deepEqual(told.closes[0]?.cause, 'connection_reset');
    assert.deepEqual(told.abandons, [{ stream: 3, dueUs: 1 }]);
    await proxy.stop();
  });
});

describe('the outside witnesses', { skip: mosquittoMissing() }, () => {
  for (const [name, load] of Object.entries(clients)) {
    test(`count what ${name} sends and receives, to the message`, async () => {
      const mosquitto = await startMosquitto();
      const told = new RecordingListener();
      const client = (await load(['mqtt']))(sessionTo(mosquitto.url, { inFlight: 1000 }), told);
      try {
        const witness = openWitness(mosquitto.url);
        const subscriber = await countWithMosquittoSub(mosquitto.url, 'count/#');
        client.connect();
        await told.untilConnected();
        client.subscribe([{ topicFilter: 'count/+', qos: 1 }]);
        await told.until(() => told.subacks.length === 1, 'SUBACK');
        for (let i = 0; i < 100; i++) client.publish(publishing('count/me', 1, 'x'), 0, 0);
        client.flush();
        await told.until(() => told.messages.length === 100 && told.acks.length === 100, 'all messages');
        await subscriber.until(100);
        await subscriber.stop();
        const end = await witness.settled();
        assert.equal(end.received, 100);
        // One more told the counting subscriber that it was subscribed.
        assert.equal(end.sent, 201);
        assert.equal(subscriber.count, 100);
      } finally {
        client.destroy();
        await mosquitto.stop();
      }
    });
  }
});

describe('a Mosquitto under test', { skip: mosquittoMissing() }, () => {
  test('can be stopped for a while, killed and started again on its port', async () => {
    const mosquitto = await startMosquitto({ persistence: true });
    const told = new RecordingListener();
    const client = (await clients.mqttjs())(sessionTo(mosquitto.url), told);
    try {
      client.connect();
      await told.untilConnected();
      mosquitto.pause();
      client.publish(publishing('a', 1, 'x'), 0, 0);
      mosquitto.resume();
      await told.until(() => told.acks.length === 1, 'PUBACK');
      const { pid } = mosquitto;
      await mosquitto.kill9();
      await told.untilClosed();
      await mosquitto.restart();
      assert.notEqual(mosquitto.pid, pid);
      client.connect();
      await told.untilConnected(2);
    } finally {
      client.destroy();
      await mosquitto.stop();
    }
  });
});

/** The fastest counts: a machine may be busy, but nothing is faster than its wire. */
function about(valuesMs: readonly number[], expectedMs: number, what: string): void {
  const fastestMs = Math.min(...valuesMs);
  const range = `${expectedMs} to ${expectedMs + slackMs} ms`;
  assert.ok(
    fastestMs >= expectedMs - 0.5 && fastestMs <= expectedMs + slackMs,
    `${what} ${fastestMs} ms, not ${range}`,
  );
}
