import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Receiver } from '../../src/clients/wire/receiver.ts';
import type { Protocol } from '../../src/mqtt/packets.ts';
import { everyQos, generate, type Packet, protocols, serverPackets } from '../support/packets.ts';
import type { Random } from '../support/seeded.ts';
import { randomFor } from '../support/seeded.ts';

type Publish = Extract<Packet, { cmd: 'publish' }>;

function bodyOf(bytes: Buffer): number {
  let at = 1;
  while ((bytes[at] as number) >= 128) at++;
  return at + 1;
}

function read(receiver: Receiver, bytes: Buffer, receivedUs = 0) {
  return receiver.publish(bytes[0] as number, bytes, bodyOf(bytes), bytes.length, receivedUs);
}

/** Reads what mqtt-packet made of a PUBLISH, and compares. */
function check(packet: Publish, protocol: Protocol): void {
  const bytes = generate(packet, protocol);
  const receiver = new Receiver(protocol);
  const message = read(receiver, bytes, 42);
  assert.ok(message !== null);
  assert.equal(bytes.toString('utf8', message.topicStart, message.topicEnd), packet.topic);
  assert.deepEqual(bytes.subarray(message.payloadStart, message.payloadEnd), packet.payload);
  assert.deepEqual(
    [message.qos, message.dup, message.retain, message.receivedUs],
    [packet.qos, packet.dup, packet.retain, 42],
  );
  if (packet.qos > 0) assert.equal(receiver.packetId, packet.messageId);
  const properties = bytes.toString('latin1', message.propertiesStart, message.propertiesEnd);
  const user = packet.properties?.userProperties?.['stamp'];
  if (user !== undefined) assert.ok(properties.includes(`stamp\0\x20${String(user)}`));
  if (packet.properties === undefined) assert.equal(properties, '');
}

function randomPublish(random: Random, protocol: Protocol): Publish {
  const qos = everyQos[random(3)] ?? 0;
  const properties =
    protocol === '5' && random(2) === 0
      ? {
          properties: {
            messageExpiryInterval: random(1e9),
            correlationData: Buffer.alloc(random(300), 9),
            userProperties: { stamp: 'ab'.repeat(16) },
          },
        }
      : {};
  return {
    cmd: 'publish',
    topic: `${'ä/'.repeat(random(3) === 0 ? random(100) : 1)}x${random(1000)}`,
    payload: Buffer.alloc(random(random(10) === 0 ? 20_000 : 300), random(256)),
    qos,
    dup: qos > 0 && random(2) === 0,
    retain: random(2) === 0,
    messageId: 1 + random(65_535),
    ...properties,
  };
}

for (const protocol of protocols) {
  describe(`a receiver of MQTT ${protocol}`, () => {
    test('reads every shape of PUBLISH as mqtt-packet made it', (t) => {
      const random = randomFor(t);
      for (const packet of serverPackets(protocol)) if (packet.cmd === 'publish') check(packet, protocol);
      for (let i = 0; i < 1000; i++) check(randomPublish(random, protocol), protocol);
    });

    test('reads no PUBLISH that is cut short, unless as one with less payload', () => {
      const packet: Publish = {
        cmd: 'publish',
        topic: 'abc',
        payload: '',
        qos: 1,
        dup: false,
        retain: false,
        messageId: 5,
      };
      const bytes = generate(packet, protocol);
      for (let end = 2; end < bytes.length; end++) {
        assert.equal(new Receiver(protocol).publish(0x32, bytes, 2, end, 0), null, `${end} bytes`);
      }
      assert.ok(new Receiver(protocol).publish(0x32, bytes, 2, bytes.length, 0) !== null);
    });

    test('refuses QoS 3 [MQTT-3.3.1-4], an empty topic and packet id 0 [MQTT-2.2.1-2]', () => {
      const rest = protocol === '5' ? [0] : [];
      const refused = (...bytes: number[]) => read(new Receiver(protocol), Buffer.from([...bytes, ...rest])) === null;
      assert.equal(refused(0x36, 5, 0, 1, 97, 0, 1), true);
      assert.equal(refused(0x30, 2, 0, 0), true);
      assert.equal(refused(0x32, 5, 0, 1, 97, 0, 0), true);
      assert.equal(refused(0x32, 5, 0, 1, 97, 0, 1), false);
    });
  });
}

describe('the packet ids of QoS 2', () => {
  const bytes = Buffer.from([0x34, 5, 0, 1, 97, 0, 9]);

  test('are remembered until PUBREL: a second copy is told as repeated [MQTT-4.3.3-10]', () => {
    const receiver = new Receiver('3.1.1');
    const told = () => [read(receiver, bytes) !== null, receiver.repeated];
    assert.deepEqual(
      [told(), told()],
      [
        [true, false],
        [true, true],
      ],
    );
    receiver.release(9);
    assert.deepEqual(told(), [true, false]);
  });

  test('do not mark messages of other QoS or id, and releasing an unknown one does nothing', () => {
    const receiver = new Receiver('3.1.1');
    receiver.release(9);
    read(receiver, bytes);
    read(receiver, Buffer.from([0x32, 5, 0, 1, 97, 0, 9]));
    assert.equal(receiver.repeated, false);
    read(receiver, Buffer.from([0x34, 5, 0, 1, 97, 0, 8]));
    assert.equal(receiver.repeated, false);
  });
});

test('MQTT 5 properties that do not fit are malformed', () => {
  const refused = (...bytes: number[]) =>
    read(new Receiver('5'), Buffer.from([0x30, 3 + bytes.length, 0, 1, 97, ...bytes])) === null;
  assert.equal(refused(), true);
  assert.equal(refused(1), true);
  assert.equal(refused(5, 1, 2, 3, 4), true);
  assert.equal(refused(0x80), true);
  assert.equal(refused(0xff, 0xff, 0xff, 0xff, 0), true);
  assert.equal(refused(0), false);
  assert.equal(refused(2, 1, 1), false);
});
