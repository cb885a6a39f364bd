/** Cost: array stores a message; made when a client publishes at QoS 1 or 2 for the first time. */
import type { PublishTemplate } from '../../mqtt/publish-template.ts';
import type { ClientListener, Outgoing, Session } from '../client.ts';
import { InFlight } from './in-flight.ts';
import type { Outbox, Sender } from './outbox.ts';
import { PacketCopies } from './packet-copies.ts';

type Kept = Pick<Session, 'inFlight' | 'resumes'>;
type Listener = Pick<ClientListener, 'acknowledged' | 'abandoned' | 'resent'>;

/** A client's publishes between the write and the acknowledgement, over the connections of one session. */
export class Unacknowledged {
  readonly #inFlight: InFlight;
  /** Null: the session does not outlive a connection. */
  readonly #copies: PacketCopies | null;
  readonly #listener: Listener;
  readonly #sender: Sender;
  readonly #outbox: Outbox;
  /** What a resumed session still has to send again; empty: nothing, and new ones may follow. */
  #resending: number[] = [];
  #resent = 0;
  #before = 0;
  /** The session goes on: the server may answer both what was sent before the loss and what was sent again. */
  #resumed = false;
  /** At most so many: the smaller of ours and the server's Receive Maximum [MQTT-3.3.4-9]. */
  #window: number;

  constructor(session: Kept, window: number, listener: Listener, sender: Sender, outbox: Outbox) {
    this.#inFlight = new InFlight(session.inFlight);
    this.#window = window;
    this.#copies = session.resumes ? new PacketCopies() : null;
    this.#listener = listener;
    this.#sender = sender;
    this.#outbox = outbox;
  }

  get count(): number {
    return this.#inFlight.count;
  }

  get full(): boolean {
    return this.#inFlight.count >= this.#window || this.#resending.length > 0;
  }

  /** Only while it is not full. */
  publish(message: Outgoing, template: PublishTemplate, dueUs: number, nowUs: number): void {
    const id = this.#inFlight.take(message.qos as 1 | 2, message.stream, dueUs, nowUs, message.sequence);
    const at = this.#outbox.publish(this.#sender, template, id, message.payload);
    if (this.#copies !== null) {
      this.#copies.keep(id, this.#outbox.bytes, at, template.header.length + message.payload.length);
    }
  }

  /** PUBACK, PUBREC or PUBCOMP, by its first byte; false: nothing waits for it. */
  answered(first: number, id: number, reason: number, readUs: number): boolean {
    const step = this.#inFlight.answer(first, id, reason);
    if (step === 'unknown' && (!this.#resumed || first !== 0x50)) return this.#resumed;
    if (step !== 'done') {
      if (step === 'pubrel') this.#inFlight.received(id, readUs);
      this.#outbox.acknowledge(this.#sender, 0x62, id);
      return true;
    }
    const stream = this.#inFlight.stream(id);
    const dueUs = this.#inFlight.dueUs(id);
    const writtenUs = this.#inFlight.writtenUs(id);
    const sequence = this.#inFlight.sequence(id);
    const pubrecUs = this.#inFlight.pubrecUs(id);
    this.#inFlight.release(id);
    this.#listener.acknowledged(stream, reason, dueUs, writtenUs, pubrecUs, sequence);
    if (this.#resending.length > 0) this.#resend();
    return true;
  }

  /** A connection begins; where its session goes on, all that waits is sent again, in order, before anything new [MQTT-4.4.0-1]. */
  begin(window: number, resumed: boolean): void {
    this.#window = window;
    this.#resumed = resumed;
    if (!resumed) return;
    this.#resending = this.#inFlight.waiting();
    this.#before = this.#resending.length;
    this.#resent = 0;
    this.#resend();
  }

  #resend(): void {
    const answered = this.#before - this.#inFlight.count;
    while (this.#resent < this.#before && this.#resent - answered < this.#window) {
      const id = this.#resending[this.#resent++] as number;
      if (this.#inFlight.recorded(id)) this.#outbox.acknowledge(this.#sender, 0x62, id);
      else {
        this.#outbox.append(this.#sender, (this.#copies as PacketCopies).again(id));
        this.#listener.resent(this.#inFlight.stream(id), this.#inFlight.dueUs(id));
      }
    }
    if (this.#resent === this.#before) this.#resending = [];
  }

  abandon(): void {
    this.#resending = [];
    this.#inFlight.abandon((stream, dueUs, sequence) => this.#listener.abandoned(stream, dueUs, sequence));
  }
}
