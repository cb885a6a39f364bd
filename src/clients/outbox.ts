/** Cost: one copy of each message into a buffer of the thread; one write for all that a client sends in one turn. */

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
