import { decodeOr, encodeSubscribe } from '../mqtt/codec.ts';
import type { Protocol } from '../mqtt/packets.ts';
import type { Filter } from './client.ts';

/** Packet ids of SUBSCRIBE lie above every window of publishes. */
const ids = { from: 65_500, to: 65_535 };
export const largestWindow = ids.from - 1;

/** The SUBSCRIBE of a connection that waits for its SUBACK; one at a time. */
export class Subscribing {
  #id = ids.from;
  #filters = 0;
  /** 0: none waits. */
  writtenUs = 0;

  packet(protocol: Protocol, filters: readonly Filter[], nowUs: number): Buffer {
    this.#id = this.#id === ids.to ? ids.from : this.#id + 1;
    this.#filters = filters.length;
    this.writtenUs = nowUs;
    return encodeSubscribe(protocol, this.#id, filters);
  }

  /** One reason code for each filter [MQTT-3.8.4-6]; undefined: malformed, or it answers no SUBSCRIBE of ours. */
  answered(bytes: Buffer, protocol: Protocol): readonly number[] | undefined {
    const packet = decodeOr(bytes, protocol, () => {});
    if (packet?.cmd !== 'suback' || this.writtenUs === 0 || packet.messageId !== this.#id) return undefined;
    if (packet.granted.length !== this.#filters) return undefined;
    this.writtenUs = 0;
    return packet.granted as readonly number[];
  }
}
