import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { nowUs } from '../../src/base/clock.ts';
import type { Client, OpenClient, Session } from '../../src/clients/client.ts';
import { clients } from '../../src/clients/index.ts';
import { RecordingListener } from '../support/listener.ts';
import type { Misbehaviour } from '../support/misbehaviours.ts';
import { misbehaviours } from '../support/misbehaviours.ts';
import type { Reaction } from '../support/scripted-broker.ts';
import { accepted, silent, startScriptedBroker } from '../support/scripted-broker.ts';
import type { Random } from '../support/seeded.ts';
import { randomFor } from '../support/seeded.ts';
import { publishing, sessionTo } from '../support/session.ts';

const escaped: unknown[] = [];
const note = (error: unknown): void => {
  escaped.push(error);
};
process.on('uncaughtExceptionMonitor', note);
after(() => assert.deepEqual(escaped, [], 'no exception escapes'));

for (const [name, load] of Object.entries(clients)) {
  describe(`the client ${name} loses one connection, and nothing else, to a broker that`, async () => {
    const open = await load(['mqtt']);
    for (const misbehaviour of misbehaviours) {
      for (const protocol of misbehaviour.protocols) {
        test(`${misbehaviour.name}, MQTT ${protocol}`, () => suffer(open, misbehaviour, protocol));
      }
    }
  });
}

for (const [name, load] of Object.entries(clients)) {
  for (const protocol of ['3.1.1', '5'] as const) {
    test(`the client ${name} survives random packets behind CONNACK, MQTT ${protocol}`, async (t) => {
      const open = await load(['mqtt']);
      const random = randomFor(t);
      const reaction: Reaction = (_, peer) => {
        peer.send(accepted(peer));
        for (let n = 0; n < 4; n++) peer.send(randomPacket(random));
        peer.end();
      };
      const broker = await startScriptedBroker({ connect: reaction, publish: silent, subscribe: silent });
      for (let n = 0; n < 500; n++) await meet(open, sessionTo(broker.url, { protocol }));
      await broker.stop();
    });
  }
}

/** Subscribes, publishes, and is closed once, whatever the broker says. */
async function meet(open: OpenClient, session: Session): Promise<void> {
  const told = new RecordingListener();
  const client = open(session, told);
  const connected = told.connected.bind(told);
  told.connected = (welcome) => {
    connected(welcome);
    client.subscribe([{ topicFilter: 'a', qos: 1 }]);
    client.publish(publishing('a', 1, 'x'), 0, 0);
    client.publish(publishing('a', 2, 'x'), 0, 0);
    client.flush();
  };
  client.connect();
  await told.untilClosed(1, 3000);
  assert.equal(told.closes.length, 1);
  assert.ok(told.acks.length + told.abandons.length <= 2);
  assert.equal(client.inFlight, 0);
}

const firstBytes = [
  0x00, 0x10, 0x20, 0x30, 0x32, 0x34, 0x3d, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xa2, 0xb0, 0xd0, 0xe0, 0xf0,
];

/** Mostly small numbers, so that lengths and packet ids are often possible ones. */
function randomPacket(random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: 2 + random(30) }, () => random(random(10) < 4 ? 256 : 4));
  bytes[0] = firstBytes[random(firstBytes.length)] ?? 0;
  if (random(10) < 9) bytes[1] = bytes.length - 2;
  return bytes;
}

async function suffer(open: OpenClient, misbehaviour: Misbehaviour, protocol: '3.1' | '3.1.1' | '5'): Promise<void> {
  const broker = await startScriptedBroker(misbehaviour.script);
  const told = new RecordingListener();
  const client = open(sessionTo(broker.url, { protocol, keepAliveS: 60 }), told);
  try {
    client.connect();
    if (misbehaviour.after !== 'connect') {
      await told.untilConnected();
      proceed(client, misbehaviour.after);
    }
    if (misbehaviour.cause === 'connack_timeout') await broker.until(() => broker.received.length > 0, 'CONNECT');
    await letTimePass(client, misbehaviour.cause, () => broker.received.length);
    await told.untilClosed(1, 3000);
    assert.equal(told.closes[0]?.cause, misbehaviour.cause, told.closes[0]?.detail);
    assert.equal(client.connected, false);
    assert.equal(client.inFlight, 0);
    assert.equal(client.publish(publishing('late', 0, 'x'), 0, 0), false);
    await new Promise(setImmediate);
    assert.equal(told.closes.length, 1);
    assert.equal(told.acks.length, 0);
  } finally {
    client.destroy();
    await broker.stop();
  }
}

function proceed(client: Client, to: Exclude<Misbehaviour['after'], 'connect'>): void {
  if (to === 'subscribe') client.subscribe([{ topicFilter: 'a/#', qos: 0 }]);
  if (to === 'publish1' || to === 'publish2') {
    client.publish(publishing('a/b', to === 'publish1' ? 1 : 2, 'payload'), nowUs(), nowUs());
    client.flush();
  }
}

/** Where the broker keeps silent, the clock that `check` gets runs ahead. */
async function letTimePass(client: Client, cause: string, packets: () => number): Promise<void> {
  if (!cause.endsWith('_timeout')) return;
  const before = packets();
  client.check(nowUs() + 61e6);
  if (cause !== 'ping_timeout') return;
  const deadline = nowUs() + 5e6;
  while (packets() === before && nowUs() < deadline) await new Promise(setImmediate);
  client.check(nowUs() + 300e6);
}
