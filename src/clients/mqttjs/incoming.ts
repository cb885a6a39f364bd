/** Lays a parsed PUBLISH out as the bytes that Incoming points into: one copy a message, one buffer a thread. */
import type { Qos } from '../../mqtt/packets.ts';
import { emptyIncoming, type Incoming } from '../client.ts';

interface Parsed {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: Qos;
  readonly dup: boolean;
  readonly retain: boolean;
}

type UserProperties = Readonly<Record<string, string | readonly string[]>>;

const incoming = emptyIncoming(Buffer.allocUnsafeSlow(64 * 1024));

/** User properties stand as name, NUL, value, NUL: neither may contain a NUL [MQTT-1.5.4-2]. */
export function layOut(packet: Parsed, userProperties: UserProperties | undefined, receivedUs: number): Incoming {
  const properties = userProperties === undefined ? '' : joined(userProperties);
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  const topicEnd = Buffer.byteLength(packet.topic);
  const payloadStart = topicEnd + Buffer.byteLength(properties);
  const length = payloadStart + payload.length;
  if (length > incoming.bytes.length) incoming.bytes = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
  incoming.bytes.write(packet.topic, 0);
  incoming.bytes.write(properties, topicEnd);
  payload.copy(incoming.bytes, payloadStart);
  incoming.topicEnd = topicEnd;
  incoming.propertiesStart = topicEnd;
  incoming.propertiesEnd = payloadStart;
  incoming.payloadStart = payloadStart;
  incoming.payloadEnd = length;
  incoming.qos = packet.qos;
  incoming.dup = packet.dup;
  incoming.retain = packet.retain;
  incoming.receivedUs = receivedUs;
  return incoming;
}

function joined(userProperties: UserProperties): string {
  let text = '';
  for (const [name, values] of Object.entries(userProperties)) {
    for (const value of typeof values === 'string' ? [values] : values) text += `${name}\0${value}\0`;
  }
  return text;
}
