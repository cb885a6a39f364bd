/** Cost: made once per topic and payload size; a message copies it and patches two bytes. */
import { encodePublish } from './codec.ts';
import type { Protocol, Qos } from './packets.ts';

/** Everything of a PUBLISH before its payload. `packetIdOffset` is 0 at QoS 0. */
export type PublishTemplate = {
  readonly header: Buffer;
  readonly packetIdOffset: number;
};

export function publishTemplate(
  protocol: Protocol,
  topicName: string,
  payloadBytes: number,
  qos: Qos,
  retain: boolean,
  userProperty: readonly [string, string] | undefined,
): PublishTemplate {
  const packet = encodePublish(protocol, topicName, payloadBytes, qos, retain, userProperty);
  const header = Buffer.from(packet.subarray(0, packet.length - payloadBytes));
  if (qos === 0) return { header, packetIdOffset: 0 };
  let topic = 2;
  while ((packet[topic - 1] as number) >= 128) topic++;
  return { header, packetIdOffset: topic + 2 + packet.readUInt16BE(topic) };
}
