/** Cost: a few additions a packet; bytes are copied only where a packet is split over reads. */

/** `bytes[start]` is the first byte of the packet, `body` the first after its fixed header, `end` the first after the packet. */
export interface PacketSink {
  /** False: stop, the connection is done for. */
  packet(bytes: Buffer, start: number, body: number, end: number): boolean;
}

/** First bytes of what a server sends: all PUBLISH, and CONNACK to AUTH with their fixed flags [MQTT-2.1.3-1]. */
const fromServer = new Uint8Array(256).fill(1, 0x30, 0x40);
for (const first of [0x20, 0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0, 0xe0, 0xf0]) fromServer[first] = 1;

const maxHeader = 5;
const incomplete = -1;
const malformed = -2;

/** Finds the boundaries of MQTT control packets, however the stream is split [MQTT-2.1]. One a connection. */
export class Framing {
  #pending: Buffer | null = null;
  #length = 0;
  /** Of the pending packet in all; 0: not known yet. */
  #total = 0;
  #bodyOffset = 0;

  /** False: no packet of a server, a malformed remaining length [MQTT-1.5.5-1], or the sink said stop. */
  feed(bytes: Buffer, length: number, sink: PacketSink): boolean {
    let at = 0;
    if (this.#length > 0) {
      at = this.#complete(bytes, length, sink);
      if (at === malformed) return false;
      if (at === incomplete) return true;
    }
    while (at < length) {
      // At once: garbage may announce more than ever comes.
      if (fromServer[bytes[at] as number] === 0) return false;
      const body = this.#header(bytes, at, length);
      if (body === malformed) return false;
      const total = this.#total;
      if (body === incomplete || at + total > length) {
        this.#keep(bytes, at, length, body === incomplete ? 0 : total, body - at);
        return true;
      }
      if (!sink.packet(bytes, at, body, at + total)) return false;
      at += total;
    }
    return true;
  }

  /** Where the body starts; sets #total to the length of the packet from `at`. */
  #header(bytes: Buffer, at: number, length: number): number {
    let remaining = 0;
    let factor = 1;
    for (let i = at + 1; i < length; i++) {
      const byte = bytes[i] as number;
      remaining += (byte & 127) * factor;
      if (byte < 128) {
        this.#total = i + 1 - at + remaining;
        return i + 1;
      }
      if (i - at === maxHeader - 1) return malformed;
      factor *= 128;
    }
    return incomplete;
  }

  #keep(bytes: Buffer, from: number, to: number, total: number, bodyOffset: number): void {
    this.#append(bytes, from, to);
    this.#total = total;
    this.#bodyOffset = bodyOffset;
  }

  /** Grows with what has come, never by what a broken peer announces. */
  #append(bytes: Buffer, from: number, to: number): void {
    const needed = this.#length + to - from;
    if (this.#pending === null || this.#pending.length < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.max(64, needed * 2));
      this.#pending?.copy(larger, 0, 0, this.#length);
      this.#pending = larger;
    }
    bytes.copy(this.#pending, this.#length, from, to);
    this.#length = needed;
  }

  /** Completes the pending packet from new bytes and returns where the next one starts. */
  #complete(bytes: Buffer, length: number, sink: PacketSink): number {
    let at = 0;
    while (this.#total === 0) {
      if (at === length) return incomplete;
      this.#append(bytes, at, at + 1);
      at++;
      const body = this.#header(this.#pending as Buffer, 0, this.#length);
      if (body === malformed) return malformed;
      if (body === incomplete) this.#total = 0;
      else this.#bodyOffset = body;
    }
    const take = Math.min(this.#total - this.#length, length - at);
    this.#append(bytes, at, at + take);
    if (this.#length < this.#total) return incomplete;
    const packet = this.#pending as Buffer;
    const total = this.#total;
    // An idle connection shall not keep a buffer.
    this.#pending = null;
    this.#length = 0;
    this.#total = 0;
    return sink.packet(packet, 0, this.#bodyOffset, total) ? at + take : malformed;
  }
}
