/** Cost: one copy a publish of a session that resumes, into a buffer that its packet id keeps. */

/** The PUBLISH packets of a window, by packet id, as long as they may have to be sent again. */
export class PacketCopies {
  readonly #buffers: (Buffer | undefined)[] = [];
  readonly #lengths: number[] = [];

  keep(id: number, bytes: Buffer, from: number, length: number): void {
    let buffer = this.#buffers[id];
    if (buffer === undefined || buffer.length < length) {
      buffer = Buffer.allocUnsafeSlow(length);
      this.#buffers[id] = buffer;
    }
    bytes.copy(buffer, 0, from, from + length);
    this.#lengths[id] = length;
  }

  /** With DUP set [MQTT-3.3.1-1]. */
  again(id: number): Uint8Array {
    const buffer = this.#buffers[id] as Buffer;
    buffer[0] = (buffer[0] as number) | 8;
    return buffer.subarray(0, this.#lengths[id]);
  }
}
