import { noTimeUs } from '../../base/clock.ts';
import { decodeOr, encodeSubscribe } from '../../mqtt/codec.ts';
import type { Protocol } from '../../mqtt/packets.ts';
import { Asking } from '../asking.ts';
import type { ClientListener, Filter } from '../client.ts';

/** Packet ids of SUBSCRIBE lie above every window of publishes. */
const ids = { from: 65_500, to: 65_535 };
export const largestWindow = ids.from - 1;

type Writer = { write(packet: Uint8Array, nowUs: number): void };

/** The SUBSCRIBE of a connection that waits for its SUBACK; one at a time. */
export class Subscribing {
  readonly #protocol: Protocol;
  readonly #listener: Pick<ClientListener, 'subscribed'>;
  readonly #writer: Writer;
  #asking: Asking | null = null;
  #id = ids.from;
  #filters = 0;
  #writtenUs = noTimeUs;

  constructor(protocol: Protocol, listener: Pick<ClientListener, 'subscribed'>, writer: Writer) {
    this.#protocol = protocol;
    this.#listener = listener;
    this.#writer = writer;
  }

  ask(filters: readonly Filter[], mostBytes: number, nowUs: number): void {
    this.#asking = new Asking(filters, mostBytes, nowUs);
    this.#next(this.#asking, nowUs);
  }

  /** False: there is nothing more to ask. */
  #next(asking: Asking, nowUs: number): boolean {
    const filters = asking.next();
    if (filters === undefined) return false;
    this.#id = this.#id === ids.to ? ids.from : this.#id + 1;
    this.#filters = filters.length;
    this.#writtenUs = nowUs;
    this.#writer.write(encodeSubscribe(this.#protocol, this.#id, filters), nowUs);
    return true;
  }

  isLate(nowUs: number, patienceMs: number): boolean {
    return this.#asking !== null && nowUs - this.#writtenUs > patienceMs * 1000;
  }

  /**
   * Takes the codes of a SUBACK, one for each filter [MQTT-3.8.4-6], and tells those of all when there is nothing more to ask;
   * false: malformed, or it answers no SUBSCRIBE of ours.
   */
  answered(bytes: Buffer, nowUs: number): boolean {
    const packet = decodeOr(bytes, this.#protocol, () => {});
    const asking = this.#asking;
    if (packet?.cmd !== 'suback' || asking === null || packet.messageId !== this.#id) return false;
    if (packet.granted.length !== this.#filters) return false;
    asking.codes.push(...(packet.granted as readonly number[]));
    if (this.#next(asking, nowUs)) return true;
    this.#asking = null;
    this.#listener.subscribed(asking.codes, asking.beganUs);
    return true;
  }
}
