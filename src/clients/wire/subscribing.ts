import { noTimeUs } from '../../base/clock.ts';
import { decodeOr, encodeSubscribe } from '../../mqtt/codec.ts';
import type { Protocol } from '../../mqtt/packets.ts';
import type { ClientListener, Filter } from '../client.ts';

/** Packet ids of SUBSCRIBE lie above every window of publishes. */
const ids = { from: 65_500, to: 65_535 };
export const largestWindow = ids.from - 1;

/** The SUBSCRIBE of a connection that waits for its SUBACK; one at a time. */
export class Subscribing {
  readonly #protocol: Protocol;
  readonly #listener: Pick<ClientListener, 'subscribed'>;
  #id = ids.from;
  #filters = 0;
  /** 0: none waits. */
  writtenUs = noTimeUs;

  constructor(protocol: Protocol, listener: Pick<ClientListener, 'subscribed'>) {
    this.#protocol = protocol;
    this.#listener = listener;
  }

  packet(filters: readonly Filter[], nowUs: number): Buffer {
    this.#id = this.#id === ids.to ? ids.from : this.#id + 1;
    this.#filters = filters.length;
    this.writtenUs = nowUs;
    return encodeSubscribe(this.#protocol, this.#id, filters);
  }

  /** Tells the codes of a SUBACK, one for each filter [MQTT-3.8.4-6]; false: malformed, or it answers no SUBSCRIBE of ours. */
  answered(bytes: Buffer): boolean {
    const packet = decodeOr(bytes, this.#protocol, () => {});
    const { writtenUs } = this;
    if (packet?.cmd !== 'suback' || writtenUs === 0 || packet.messageId !== this.#id) return false;
    if (packet.granted.length !== this.#filters) return false;
    this.writtenUs = 0;
    this.#listener.subscribed(packet.granted as readonly number[], writtenUs);
    return true;
  }
}
