/** Cost: one copy of each message into a buffer of the thread; one write for all that a client sends in one turn. */

import type { PublishTemplate } from '../../mqtt/publish-template.ts';

/** Who can write: a client's connection. */
export interface Sender {
  /** False: the socket keeps the bytes. */
  send(bytes: Uint8Array): boolean;
}

const size = 64 * 1024;

/** Joins the writes of one sender; the turn of another one writes them first. One a thread. */
export class Outbox {
  bytes: Buffer = Buffer.allocUnsafeSlow(size);
  #from = 0;
  #to = 0;
  #sender: Sender | null = null;

  /** Room for `length` bytes in `bytes`, to be filled at once, and where it begins. */
  reserve(sender: Sender, length: number): number {
    if (this.#sender !== sender) {
      this.flush();
      this.#sender = sender;
    }
    if (this.#to + length > this.bytes.length) {
      this.flush();
      this.#sender = sender;
      if (this.#to + length > this.bytes.length) this.#renew(Math.max(size, length));
    }
    const at = this.#to;
    this.#to += length;
    return at;
  }

  /** Returns where in `bytes` the packet begins, until the next call. */
  publish(sender: Sender, { header, packetIdOffset }: PublishTemplate, packetId: number, payload: Uint8Array): number {
    const at = this.reserve(sender, header.length + payload.length);
    const { bytes } = this;
    bytes.set(header, at);
    if (packetId !== 0) {
      bytes[at + packetIdOffset] = packetId >>> 8;
      bytes[at + packetIdOffset + 1] = packetId;
    }
    bytes.set(payload, at + header.length);
    return at;
  }

  /** A whole packet, made elsewhere. */
  append(sender: Sender, packet: Uint8Array): void {
    const at = this.reserve(sender, packet.length);
    this.bytes.set(packet, at);
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP, by their first byte, of reason 0: four bytes [MQTT-3.4]. */
  acknowledge(sender: Sender, first: number, packetId: number): void {
    const at = this.reserve(sender, 4);
    const { bytes } = this;
    bytes[at] = first;
    bytes[at + 1] = 2;
    bytes[at + 2] = packetId >>> 8;
    bytes[at + 3] = packetId;
  }

  flush(): void {
    if (this.#to === this.#from) return;
    const sender = this.#sender as Sender;
    const bytes = this.bytes.subarray(this.#from, this.#to);
    this.#sender = null;
    if (sender.send(bytes)) {
      this.#to = this.#from;
      return;
    }
    // The socket holds on to what it could not send: from now on only what is behind it may be used, or a new buffer.
    this.#from = this.#to;
    if (this.#to + 4096 > this.bytes.length) this.#renew(size);
  }

  #renew(length: number): void {
    this.bytes = Buffer.allocUnsafeSlow(length);
    this.#from = 0;
    this.#to = 0;
  }

  /** Forgets what the sender has not written: its connection is gone. */
  discard(sender: Sender): void {
    if (this.#sender !== sender) return;
    this.#to = this.#from;
    this.#sender = null;
  }
}
