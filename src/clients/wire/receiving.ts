/** Cost: four bytes into the outbox for a QoS 1 or 2 message; a QoS 0 message passes through. */
import type { Protocol } from '../../mqtt/packets.ts';
import type { ClientListener } from '../client.ts';
import type { Outbox, Sender } from './outbox.ts';
import { Receiver } from './receiver.ts';

/** What a client receives: acknowledged, and each message told once. Over the connections of one session. */
export class Receiving {
  readonly #receiver: Receiver;
  readonly #listener: Pick<ClientListener, 'received'>;
  readonly #sender: Sender;
  readonly #outbox: Outbox;

  constructor(protocol: Protocol, listener: Pick<ClientListener, 'received'>, sender: Sender, outbox: Outbox) {
    this.#receiver = new Receiver(protocol);
    this.#listener = listener;
    this.#sender = sender;
    this.#outbox = outbox;
  }

  /** The QoS of the message; -1: malformed. */
  publish(first: number, bytes: Buffer, body: number, end: number, readUs: number): number {
    const message = this.#receiver.publish(first, bytes, body, end, readUs);
    if (message === null) return -1;
    const { qos } = message;
    if (qos === 1) this.#outbox.acknowledge(this.#sender, 0x40, this.#receiver.packetId);
    else if (qos === 2) this.#outbox.acknowledge(this.#sender, 0x50, this.#receiver.packetId);
    if (!this.#receiver.repeated) this.#listener.received(message);
    return qos;
  }

  released(id: number): void {
    this.#receiver.release(id);
    this.#outbox.acknowledge(this.#sender, 0x70, id);
  }
}
