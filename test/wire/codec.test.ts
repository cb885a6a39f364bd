import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode, encodeConnect, encodeDisconnect, encodeSubscribe, protocolVersion } from '../../src/mqtt/codec.ts';
import type { Protocol, Qos } from '../../src/mqtt/packets.ts';
import { publishTemplate } from '../../src/mqtt/publish-template.ts';
import { everyQos, generate, type Packet, parse, protocols, serverPackets } from '../support/packets.ts';
import { randomFor } from '../support/seeded.ts';

/** As the wire client sends it: the template's header, the packet id patched, the payload behind it. */
function patched(
  protocol: Protocol,
  topic: string,
  payload: Buffer,
  qos: Qos,
  retain: boolean,
  packetId: number,
  property?: readonly [string, string],
): Buffer {
  const { header, packetIdOffset } = publishTemplate(protocol, topic, payload.length, qos, retain, property);
  const packet = Buffer.concat([header, payload]);
  if (qos > 0) packet.writeUInt16BE(packetId, packetIdOffset);
  else assert.equal(packetIdOffset, 0);
  return packet;
}

for (const protocol of protocols) {
  describe(`what is written for MQTT ${protocol}, as mqtt-packet reads it:`, () => {
    test('a PUBLISH has the topic, payload, QoS, RETAIN and packet id that were asked for', (t) => {
      const random = randomFor(t);
      const sizes = [0, 1, 15, 16, 100, 119, 127, 128, 129, 16_382, 16_384, 70_000];
      for (let i = 0; i < 600; i++) {
        const qos = everyQos[random(3)] ?? 0;
        const size = i < sizes.length ? (sizes[i] as number) : random(400);
        const topic = `${'ö/'.repeat(random(4) === 0 ? random(90) : 1)}t${random(1000)}`;
        const payload = Buffer.alloc(size, random(256));
        const retain = random(2) === 0;
        const packetId = 1 + random(65_535);
        const property = protocol === '5' && random(2) === 0 ? (['stamp', 'ab'.repeat(16)] as const) : undefined;
        const packets = parse(patched(protocol, topic, payload, qos, retain, packetId, property), protocol);
        assert.equal(packets.length, 1);
        const [packet] = packets;
        assert.ok(packet?.cmd === 'publish');
        assert.deepEqual(
          [packet.topic, packet.qos, packet.retain, packet.dup, packet.messageId],
          [topic, qos, retain, false, qos > 0 ? packetId : undefined],
        );
        assert.ok(payload.equals(packet.payload as Buffer));
        assert.equal(packet.properties?.userProperties?.['stamp'], property?.[1]);
      }
    });

    test('a template serves every packet id', () => {
      const { header, packetIdOffset } = publishTemplate(protocol, 'a', 0, 1, false, undefined);
      for (const id of [1, 255, 256, 65_535]) {
        header.writeUInt16BE(id, packetIdOffset);
        assert.equal(parse(header, protocol)[0]?.messageId, id);
      }
    });

    test('a CONNECT has the name and number of its protocol, the session and the credentials', () => {
      const fields = { clientId: 'c', protocol, cleanStart: false, keepAliveS: 17, username: 'u', password: 'pä' };
      const [packet] = parse(encodeConnect(fields), protocol);
      assert.ok(packet?.cmd === 'connect');
      assert.deepEqual(
        [packet.protocolId, packet.protocolVersion, packet.clientId, packet.clean, packet.keepalive, packet.username],
        [protocol === '3.1' ? 'MQIsdp' : 'MQTT', protocolVersion(protocol), 'c', false, 17, 'u'],
      );
      assert.equal(packet.password?.toString(), 'pä');
    });

    test('a CONNECT without credentials has none', () => {
      const [packet] = parse(encodeConnect({ clientId: 'c', protocol, cleanStart: true, keepAliveS: 0 }), protocol);
      assert.ok(packet?.cmd === 'connect');
      assert.deepEqual([packet.clean, packet.username, packet.password], [true, undefined, undefined]);
    });

    test('a SUBSCRIBE has all filters with their QoS, a DISCONNECT is one', () => {
      const filters = everyQos.map((qos) => ({ topicFilter: `f/${qos}/#`, qos }));
      const [subscribe] = parse(encodeSubscribe(protocol, 65_500, filters), protocol);
      assert.ok(subscribe?.cmd === 'subscribe');
      assert.equal(subscribe.messageId, 65_500);
      assert.deepEqual(
        subscribe.subscriptions.map(({ topic, qos }) => ({ topicFilter: topic, qos })),
        filters,
      );
      assert.equal(parse(encodeDisconnect(protocol), protocol)[0]?.cmd, 'disconnect');
    });
  });

  describe(`decode of MQTT ${protocol}`, () => {
    test('gives back what mqtt-packet made, with its reason codes and properties', () => {
      for (const packet of serverPackets(protocol)) {
        const decoded = decode(generate(packet, protocol), protocol) as Packet & Record<string, unknown>;
        for (const [key, value] of Object.entries(packet)) {
          if (key === 'messageId' && packet.cmd === 'publish' && packet.qos === 0) continue;
          assert.deepEqual(plain(decoded[key]), plain(value), `${packet.cmd}: ${key}`);
        }
      }
    });

    test('throws at half a packet, and at garbage', () => {
      assert.throws(() => decode(Buffer.from([0x20, 2, 0]), protocol), /incomplete/);
      assert.throws(() => decode(Buffer.from([0x20, 2, 0xfe, 0]), protocol), /flags/);
    });

    test('throws at a CONNACK or SUBACK without its code, which must not pass for success', () => {
      for (const bytes of [
        [0x20, 0],
        [0x20, 1, 0],
        [0x90, 0],
        [0x90, 1, 0],
        [0x90, 2, 0, 1],
      ]) {
        assert.throws(() => decode(Buffer.from(bytes), protocol), Error, `${bytes}`);
      }
    });

    test('throws an Error or gives a packet, whatever the bytes', (t) => {
      const random = randomFor(t);
      for (let i = 0; i < 2000; i++) {
        const length = random(30);
        const first = [0x20, 0x90, 0xe0, 0xb0, 0xf0][random(5)] as number;
        const bytes = Buffer.from([first, length, ...Array.from({ length }, () => random(256))]);
        try {
          assert.equal(typeof decode(bytes, protocol).cmd, 'string');
        } catch (error) {
          assert.ok(error instanceof Error, bytes.toString('hex'));
        }
      }
    });
  });
}

/** mqtt-packet gives properties objects without a prototype. */
function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
    : value;
}
