/** Cost: array stores; made when a client publishes at QoS 1 or 2 for the first time. */

const free = 0;

/** What a packet id waits for; puback and pubrec are also the QoS of its publish. */
const awaiting = { puback: 1, pubrec: 2, pubcomp: 3 } as const;

/**
 * The window of unacknowledged publishes: packet ids 1 to `size`, given out in turn so that an id rests as long as possible
 * before it is used again [MQTT-2.2.1-3].
 */
export class InFlight {
  readonly #size: number;
  readonly #states: Uint8Array;
  readonly #streams: Int32Array;
  readonly #dueUs: Float64Array;
  readonly #writtenUs: Float64Array;
  readonly #sequences: Uint32Array;
  /** When PUBREC came; null until the first does, so that QoS 1 does not pay for it. */
  #pubrecUs: Float64Array | null = null;
  readonly #ids: Uint16Array;
  /** The how-manieth publish an id stands for. */
  readonly #turns: Float64Array;
  #turn = 0;
  #next = 0;
  #count = 0;

  constructor(size: number) {
    this.#size = size;
    this.#states = new Uint8Array(size + 1);
    this.#streams = new Int32Array(size + 1);
    this.#dueUs = new Float64Array(size + 1);
    this.#writtenUs = new Float64Array(size + 1);
    this.#sequences = new Uint32Array(size + 1);
    this.#turns = new Float64Array(size + 1);
    this.#ids = Uint16Array.from({ length: size }, (_, i) => i + 1);
  }

  get count(): number {
    return this.#count;
  }

  /** A packet id, or 0 where the window is full. */
  take(qos: 1 | 2, stream: number, dueUs: number, writtenUs: number, sequence: number): number {
    if (this.#count === this.#size) return 0;
    const id = this.#ids[this.#next] as number;
    this.#next = this.#next + 1 === this.#size ? 0 : this.#next + 1;
    this.#count++;
    this.#states[id] = qos;
    this.#streams[id] = stream;
    this.#dueUs[id] = dueUs;
    this.#writtenUs[id] = writtenUs;
    this.#sequences[id] = sequence;
    if (this.#pubrecUs !== null) this.#pubrecUs[id] = 0;
    this.#turns[id] = this.#turn++;
    return id;
  }

  /** Takes PUBACK, PUBREC or PUBCOMP by its first byte. `pubrel` is due, or it is `done`; `unknown`: nothing waits for it. */
  answer(first: number, id: number, reasonCode: number): 'pubrel' | 'done' | 'unknown' {
    const state = id <= this.#size ? (this.#states[id] as number) : free;
    if (first === 0x50 && (state === awaiting.pubrec || state === awaiting.pubcomp) && reasonCode < 0x80) {
      this.#states[id] = awaiting.pubcomp;
      return 'pubrel';
    }
    const due = first === 0x40 ? awaiting.puback : first === 0x50 ? awaiting.pubrec : awaiting.pubcomp;
    return state === due ? 'done' : 'unknown';
  }

  stream(id: number): number {
    return this.#streams[id] as number;
  }

  dueUs(id: number): number {
    return this.#dueUs[id] as number;
  }

  writtenUs(id: number): number {
    return this.#writtenUs[id] as number;
  }

  sequence(id: number): number {
    return this.#sequences[id] as number;
  }

  /** Of its first PUBREC, where there are several; 0: none has come. */
  pubrecUs(id: number): number {
    return this.#pubrecUs === null ? 0 : (this.#pubrecUs[id] as number);
  }

  received(id: number, pubrecUs: number): void {
    this.#pubrecUs ??= new Float64Array(this.#size + 1);
    if (this.#pubrecUs[id] === 0) this.#pubrecUs[id] = pubrecUs;
  }

  /** Its PUBREC has come: what is due is PUBREL, not PUBLISH [MQTT-4.3.3-7]. */
  recorded(id: number): boolean {
    return this.#states[id] === awaiting.pubcomp;
  }

  /** All that wait, in the order in which they were published. */
  waiting(): number[] {
    const ids: number[] = [];
    for (let id = 1; id <= this.#size; id++) if (this.#states[id] !== free) ids.push(id);
    return ids.sort((a, b) => (this.#turns[a] as number) - (this.#turns[b] as number));
  }

  release(id: number): void {
    this.#states[id] = free;
    let last = this.#next - this.#count;
    if (last < 0) last += this.#size;
    this.#ids[last] = id;
    this.#count--;
  }

  /** Ends all that is in flight. */
  abandon(each: (stream: number, dueUs: number, sequence: number) => void): void {
    if (this.#count === 0) return;
    for (const id of this.waiting()) {
      each(this.stream(id), this.dueUs(id), this.sequence(id));
      this.release(id);
    }
  }
}
