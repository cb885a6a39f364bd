import mqttPacket from 'mqtt-packet';
import { protocolVersion } from '../../src/mqtt/codec.ts';
import type { Protocol, Qos } from '../../src/mqtt/packets.ts';

export type Packet = mqttPacket.Packet;
export const protocols: readonly Protocol[] = ['3.1', '3.1.1', '5'];
export const everyQos: readonly Qos[] = [0, 1, 2];

/** The bytes of a packet as mqtt-packet, the codec of MQTT.js, makes them. */
export function generate(packet: Packet, protocol: Protocol): Buffer {
  return mqttPacket.generate(packet, { protocolVersion: protocolVersion(protocol) });
}

/** All packets that mqtt-packet finds in the bytes. */
export function parse(bytes: Buffer, protocol: Protocol): Packet[] {
  const parser = mqttPacket.parser({ protocolVersion: protocolVersion(protocol) });
  const packets: Packet[] = [];
  parser.on('packet', (packet: Packet) => packets.push(packet));
  parser.on('error', (error: Error) => {
    throw error;
  });
  parser.parse(bytes);
  return packets;
}

/** What a server may send, with every shape of PUBLISH. */
export function serverPackets(protocol: Protocol): Packet[] {
  const five = protocol === '5';
  const long = { correlationData: Buffer.alloc(200, 1), userProperties: { stamp: 'ab'.repeat(16), other: ['1', '2'] } };
  const publishes = everyQos.flatMap((qos) =>
    [0, 1, 16, 100, 128, 16_400].map((size): Packet => {
      const properties = five && size % 3 === 1 ? { properties: size === 100 ? long : { contentType: 'x' } } : {};
      const payload = Buffer.alloc(size, size);
      const topic = size === 128 ? 'ü/'.repeat(60) : 'a/b';
      return {
        cmd: 'publish',
        topic,
        payload,
        qos,
        retain: size === 1,
        dup: qos > 0 && size === 16,
        messageId: 258,
        ...properties,
      };
    }),
  );
  const reasons = { puback: [0, 0x10, 0x87], pubrec: [0, 0x10, 0x91], pubrel: [0, 0x92], pubcomp: [0, 0x92] } as const;
  const acknowledgements = (['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).flatMap((cmd) =>
    (five ? reasons[cmd] : [undefined]).map(
      (reasonCode): Packet => ({ cmd, messageId: 65_535, ...(reasonCode === undefined ? {} : { reasonCode }) }),
    ),
  );
  return [
    five
      ? { cmd: 'connack', sessionPresent: true, reasonCode: 0, properties: { receiveMaximum: 10, serverKeepAlive: 30 } }
      : { cmd: 'connack', sessionPresent: protocol === '3.1.1', returnCode: 0 },
    { cmd: 'suback', messageId: 7, granted: [0, 1, 2, 128] },
    { cmd: 'pingresp' },
    ...acknowledgements,
    ...publishes,
    ...(five ? [{ cmd: 'disconnect', reasonCode: 0x8e, properties: { reasonString: 'other' } } as Packet] : []),
  ];
}
