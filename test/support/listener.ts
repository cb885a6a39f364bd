import type { ClientListener, Incoming, Welcome } from '../../src/clients/client.ts';
import type { Qos } from '../../src/mqtt/packets.ts';
import { within } from './wait-for.ts';

/** A message that outlives the call. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly properties: Buffer;
  readonly qos: Qos;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly receivedUs: number;
}

export interface Ack {
  readonly stream: number;
  readonly reasonCode: number;
  readonly dueUs: number;
  readonly writtenUs: number;
  readonly pubrecUs: number;
}

/** Remembers all that a client tells, and lets a test wait for it. */
export class RecordingListener implements ClientListener {
  readonly connects: Welcome[] = [];
  readonly closes: { cause: string; detail: string | undefined }[] = [];
  readonly subacks: { codes: number[]; writtenUs: number }[] = [];
  readonly acks: Ack[] = [];
  /** Of what was acknowledged or abandoned. */
  readonly sequences: number[] = [];
  readonly abandons: { stream: number; dueUs: number }[] = [];
  readonly resends: { stream: number; dueUs: number }[] = [];
  readonly forbiddens: { stream: number; dueUs: number; cause: string }[] = [];
  readonly messages: Message[] = [];
  writables = 0;
  /** When PINGRESP came. */
  readonly pings: number[] = [];
  /** Called at each `writable`, after it was counted. */
  onWritable: () => void = () => {};
  onConnected: () => void = () => {};
  readonly #waiting = new Set<() => void>();

  connected(welcome: Welcome): void {
    this.connects.push(welcome);
    this.onConnected();
    this.#wake();
  }

  closed(cause: string, detail?: string): void {
    this.closes.push({ cause, detail });
    this.#wake();
  }

  subscribed(reasonCodes: Uint8Array | readonly number[], writtenUs: number): void {
    this.subacks.push({ codes: [...reasonCodes], writtenUs });
    this.#wake();
  }

  acknowledged(
    stream: number,
    reasonCode: number,
    dueUs: number,
    writtenUs: number,
    pubrecUs: number,
    sequence: number,
  ): void {
    this.acks.push({ stream, reasonCode, dueUs, writtenUs, pubrecUs });
    this.sequences.push(sequence);
    this.#wake();
  }

  abandoned(stream: number, dueUs: number, sequence: number): void {
    this.sequences.push(sequence);
    this.abandons.push({ stream, dueUs });
    this.#wake();
  }

  resent(stream: number, dueUs: number): void {
    this.resends.push({ stream, dueUs });
    this.#wake();
  }

  forbidden(stream: number, dueUs: number, cause: string): void {
    this.forbiddens.push({ stream, dueUs, cause });
    this.#wake();
  }

  received(message: Incoming): void {
    const { bytes, qos, dup, retain, receivedUs } = message;
    this.messages.push({
      topic: bytes.toString('utf8', message.topicStart, message.topicEnd),
      payload: Buffer.from(bytes.subarray(message.payloadStart, message.payloadEnd)),
      properties: Buffer.from(bytes.subarray(message.propertiesStart, message.propertiesEnd)),
      qos,
      dup,
      retain,
      receivedUs,
    });
    this.#wake();
  }

  alive(atUs: number): void {
    this.pings.push(atUs);
    this.#wake();
  }

  writable(): void {
    this.writables++;
    this.onWritable();
    this.#wake();
  }

  /** Resolves once the condition holds, which is asked after everything told. */
  until(condition: () => boolean, what: string, limitMs?: number): Promise<void> {
    const met = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    return within(met, `${what}; told so far: ${JSON.stringify(this.#summary())}`, limitMs).catch((error: Error) => {
      throw new Error(`${error.message}; told at last: ${JSON.stringify(this.#summary())}`);
    });
  }

  untilConnected(times = 1): Promise<void> {
    return this.until(() => this.connects.length >= times || this.closes.length >= times, 'connected').then(() => {
      if (this.connects.length < times) throw new Error(`closed instead: ${JSON.stringify(this.closes)}`);
    });
  }

  untilClosed(times = 1, limitMs?: number): Promise<void> {
    return this.until(() => this.closes.length >= times, 'closed', limitMs);
  }

  #summary() {
    const { connects, closes, subacks, acks, abandons, messages, writables } = this;
    return {
      connects: connects.length,
      closes,
      subacks,
      acks: acks.length,
      abandons: abandons.length,
      messages: messages.length,
      writables,
    };
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
