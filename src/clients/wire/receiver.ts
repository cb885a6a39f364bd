/** Cost: reads a PUBLISH by its offsets into one object of the thread; nothing is copied. */
import type { Protocol } from '../../mqtt/packets.ts';
import { emptyIncoming, type Incoming } from '../client.ts';

const message = emptyIncoming(Buffer.alloc(0));

/** Reads the PUBLISH packets of one connection, and remembers the QoS 2 ids that wait for PUBREL. */
export class Receiver {
  readonly #properties: boolean;
  #unreleased: Set<number> | null = null;
  packetId = 0;
  /** The last PUBLISH had the id of one that still waits for PUBREL: a second copy [MQTT-4.3.3-10]. */
  repeated = false;

  constructor(protocol: Protocol) {
    this.#properties = protocol === '5';
  }

  /** Null: malformed. The message is valid until the next call, on any connection of the thread. */
  publish(first: number, bytes: Buffer, body: number, end: number, receivedUs: number): Incoming | null {
    const qos = (first >>> 1) & 3;
    if (qos === 3 || body + 2 > end) return null;
    const topicEnd = body + 2 + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
    let at = topicEnd + (qos === 0 ? 0 : 2);
    // No topic alias was allowed, so an empty name is an error [MQTT-4.7.3-1].
    if (at > end || topicEnd === body + 2) return null;
    this.repeated = false;
    if (qos !== 0) {
      this.packetId = ((bytes[topicEnd] as number) << 8) | (bytes[topicEnd + 1] as number);
      if (this.packetId === 0) return null;
      if (qos === 2) this.#remember(this.packetId);
    }
    message.propertiesStart = at;
    if (this.#properties) {
      at = this.#skipProperties(bytes, at, end);
      if (at < 0) return null;
    }
    message.propertiesEnd = at;
    message.bytes = bytes;
    message.topicStart = body + 2;
    message.topicEnd = topicEnd;
    message.payloadStart = at;
    message.payloadEnd = end;
    message.qos = qos as 0 | 1 | 2;
    message.dup = (first & 8) !== 0;
    message.retain = (first & 1) !== 0;
    message.receivedUs = receivedUs;
    return message;
  }

  release(id: number): void {
    this.#unreleased?.delete(id);
  }

  #remember(id: number): void {
    this.#unreleased ??= new Set();
    if (this.#unreleased.has(id)) this.repeated = true;
    else this.#unreleased.add(id);
  }

  /** The first byte after the properties; -1: they do not fit. Sets where they start. */
  #skipProperties(bytes: Buffer, from: number, end: number): number {
    let length = 0;
    let factor = 1;
    for (let at = from; at < end && at < from + 4; at++) {
      const byte = bytes[at] as number;
      length += (byte & 127) * factor;
      factor *= 128;
      if (byte >= 128) continue;
      message.propertiesStart = at + 1;
      return at + 1 + length <= end ? at + 1 + length : -1;
    }
    return -1;
  }
}
