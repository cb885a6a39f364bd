/** Cost: one probe of an open-addressing table a message; 30 bytes a slot, 38 to 57 a pair; ranges only for streams with old gaps. */
import { Copies, copiesRemembered } from './copies.ts';

export type Arrival = 'first' | 'outOfOrder' | 'duplicate' | 'copy';

/** First and last number of each gap and how many are missing in it, in turns, from the oldest on. */
type Gaps = number[];

/** What has come of one stream at one receiver: everything below `next` but for the gaps. */
export interface Arrivals {
  readonly receiver: number;
  readonly stream: number;
  readonly next: number;
  /** The receiver's time of subscription in which `next - 1` came. */
  readonly epoch: number;
  /** First, last and how many are missing, in turns. */
  readonly gaps: readonly number[];
  /** First and last of what was skipped from one time of subscription to another, in turns. */
  readonly interrupted: readonly number[];
}

const none: readonly number[] = [];

const maxRanges = 16;
const emptySlot = -1;
/** At most this part of the slots is taken; then there are half as many again. */
const maxLoad = 0.8;
const growth = 1.5;

/**
 * What the clients of one thread have received of each stream: the highest sequence number, which of the 64 before it, and
 * the gaps older than these (measuring.md). Keys are pairs of a receiver and a stream. Sequence numbers modulo 2^32.
 */
export class Inbox {
  #capacity = 1024;
  #size = 0;
  #keys = new Float64Array(this.#capacity).fill(emptySlot);
  #highest = new Uint32Array(this.#capacity);
  /** Bit k of low (high): highest - 1 - k (- 33 - k) has arrived. */
  #low = new Uint32Array(this.#capacity);
  #high = new Uint32Array(this.#capacity);
  /** The route that the receiver looked up for this stream, in the caller's numbers. */
  #route = new Int32Array(this.#capacity);
  #epochs = new Uint16Array(this.#capacity);
  /** Where the copies of a slot are counted; 0: none has come, null: to nobody. */
  #copyPlaces: Int32Array | null = null;
  readonly #copies = new Copies();
  readonly #gaps = new Map<number, Gaps>();
  readonly #interrupted = new Map<number, number[]>();

  get size(): number {
    return this.#size;
  }

  /** The slot of the pair, or -1. */
  find(receiver: number, stream: number): number {
    const slot = this.#probe(receiver * 2 ** 24 + stream);
    return this.#keys[slot] === emptySlot ? -1 : slot;
  }

  /** Makes the slot of a pair that `find` did not know. Slots are valid until the next `open`. */
  open(receiver: number, stream: number, route: number): number {
    if (this.#size >= this.#capacity * maxLoad) this.#grow();
    const key = receiver * 2 ** 24 + stream;
    const slot = this.#probe(key);
    this.#keys[slot] = key;
    // As if everything before number 0 had arrived.
    this.#highest[slot] = 0xffffffff;
    this.#low[slot] = 0xffffffff;
    this.#high[slot] = 0xffffffff;
    this.#route[slot] = route;
    this.#size++;
    return slot;
  }

  route(slot: number): number {
    return this.#route[slot] as number;
  }

  /** How far ahead of the highest one a sequence number is, modulo 2^32: 2^31 and above is behind. */
  ahead(slot: number, sequence: number): number {
    return (sequence - (this.#highest[slot] as number)) >>> 0;
  }

  /** `copiesAllowed`: further copies of one message that are not duplicates. `epoch`: how often the receiver has subscribed anew. */
  arrived(slot: number, sequence: number, copiesAllowed: number, epoch = 0): Arrival {
    const ahead = this.ahead(slot, sequence);
    if (ahead === 1) {
      // The ordinary case: the next one.
      const low = this.#low[slot] as number;
      if (((this.#high[slot] as number) & 0x80000000) === 0) this.#forget(slot, 1);
      this.#high[slot] = ((this.#high[slot] as number) << 1) | (low >>> 31);
      this.#low[slot] = (low << 1) | 1;
      this.#highest[slot] = sequence;
      this.#epochs[slot] = epoch;
      if (copiesAllowed > 0) this.#begin(slot, ahead, copiesAllowed);
      return 'first';
    }
    if (ahead === 0) return this.#again(slot, sequence, copiesAllowed);
    if (ahead < 0x80000000) {
      if (this.#epochs[slot] !== epoch) this.#interrupt(slot, sequence);
      this.#leap(slot, ahead);
      this.#highest[slot] = sequence;
      this.#epochs[slot] = epoch;
      if (copiesAllowed > 0) this.#begin(slot, ahead, copiesAllowed);
      return 'first';
    }
    return this.#behind(slot, sequence) ? 'outOfOrder' : this.#again(slot, sequence, copiesAllowed);
  }

  #interrupt(slot: number, sequence: number): void {
    const key = this.#keys[slot] as number;
    const ranges = this.#interrupted.get(key) ?? [];
    ranges.push(((this.#highest[slot] as number) + 1) >>> 0, (sequence - 1) >>> 0);
    this.#interrupted.set(key, ranges);
  }

  /** So old that nobody remembers its copies: the benefit of the doubt. */
  #again(slot: number, sequence: number, copiesAllowed: number): Arrival {
    if (copiesAllowed === 0) return 'duplicate';
    if (((this.#highest[slot] as number) - sequence) >>> 0 >= copiesRemembered) return 'copy';
    this.#copyPlaces ??= new Int32Array(this.#capacity);
    if (this.#copyPlaces[slot] === 0) this.#copyPlaces[slot] = this.#copies.open(copiesAllowed);
    return this.#copies.add(this.#copyPlaces[slot] as number, sequence, copiesAllowed) ? 'copy' : 'duplicate';
  }

  /** Nothing has come yet of the `ahead` numbers up to the highest but that one itself. */
  #begin(slot: number, ahead: number, copiesAllowed: number): void {
    const place = this.#copyPlaces?.[slot] ?? 0;
    if (place > 0) this.#copies.begin(place, this.#highest[slot] as number, ahead, copiesAllowed);
  }

  /** True where the number had not arrived before. */
  #behind(slot: number, sequence: number): boolean {
    const back = ((this.#highest[slot] as number) - sequence - 1) >>> 0;
    if (back >= 64) return this.#fill(slot, sequence);
    const map = back < 32 ? this.#low : this.#high;
    const bit = (1 << (back & 31)) >>> 0;
    if (((map[slot] as number) & bit) !== 0) return false;
    map[slot] = (map[slot] as number) | bit;
    return true;
  }

  /** Moves the map on by `ahead`: the old highest has arrived, those between it and the new one have not. */
  #leap(slot: number, ahead: number): void {
    this.#forget(slot, Math.min(ahead, 64));
    const highest = this.#highest[slot] as number;
    if (ahead > 65) this.#missing(slot, (highest + 1) >>> 0, (highest + ahead - 65) >>> 0);
    let low = this.#low[slot] as number;
    let high = this.#high[slot] as number;
    for (let i = 0; i < Math.min(ahead, 65); i++) {
      high = (high << 1) | (low >>> 31);
      low = (low << 1) | (i === 0 ? 1 : 0);
    }
    this.#low[slot] = low;
    this.#high[slot] = high;
  }

  /** Keeps as gaps what is missing among the `count` oldest numbers of the map, which are about to leave it. */
  #forget(slot: number, count: number): void {
    const highest = this.#highest[slot] as number;
    for (let back = 63; back >= 64 - count; back--) {
      const map = back < 32 ? this.#low : this.#high;
      const number = (highest - 1 - back) >>> 0;
      if (((map[slot] as number) & ((1 << (back & 31)) >>> 0)) === 0) this.#missing(slot, number, number);
    }
  }

  /** A range that nothing fills for 2^32 messages of its stream is taken for one of the numbers used again. */
  #missing(slot: number, from: number, to: number): void {
    const key = this.#keys[slot] as number;
    let gaps = this.#gaps.get(key);
    if (gaps === undefined) {
      gaps = [];
      this.#gaps.set(key, gaps);
    }
    const count = ((to - from) >>> 0) + 1;
    const last = gaps.length - 2;
    if (last > 0 && gaps[last] === (from - 1) >>> 0) {
      gaps[last] = to;
      gaps[last + 1] = (gaps[last + 1] as number) + count;
    } else gaps.push(from, to, count);
    bound(gaps);
  }

  /** Takes a number out of the gaps; false: it was not missing. */
  #fill(slot: number, sequence: number): boolean {
    const gaps = this.#gaps.get(this.#keys[slot] as number);
    if (gaps === undefined) return false;
    for (let i = 0; i < gaps.length; i += 3) {
      const from = gaps[i] as number;
      const to = gaps[i + 1] as number;
      if ((sequence - from) >>> 0 > (to - from) >>> 0) continue;
      gaps.splice(i, 3, ...without(from, to, gaps[i + 2] as number, sequence));
      bound(gaps);
      return true;
    }
    return false;
  }

  /** Everything, pair by pair; for the end of a run. */
  *arrivals(): Generator<Arrivals> {
    for (let slot = 0; slot < this.#capacity; slot++) {
      const key = this.#keys[slot] as number;
      if (key === emptySlot) continue;
      const receiver = Math.floor(key / 2 ** 24);
      const next = ((this.#highest[slot] as number) + 1) >>> 0;
      const gaps = this.#gapsOf(slot);
      const interrupted = this.#interrupted.get(key) ?? none;
      yield {
        receiver,
        stream: key - receiver * 2 ** 24,
        next,
        epoch: this.#epochs[slot] as number,
        gaps,
        interrupted,
      };
    }
  }

  /** With those that the map still holds. */
  #gapsOf(slot: number): readonly number[] {
    const old = this.#gaps.get(this.#keys[slot] as number);
    if (this.#low[slot] === 0xffffffff && this.#high[slot] === 0xffffffff) return old ?? none;
    const gaps = [...(old ?? none)];
    for (let back = 63; back >= 0; back--) {
      const map = back < 32 ? this.#low : this.#high;
      if (((map[slot] as number) & ((1 << (back & 31)) >>> 0)) !== 0) continue;
      const number = ((this.#highest[slot] as number) - 1 - back) >>> 0;
      gaps.push(number, number, 1);
    }
    return gaps;
  }

  #probe(key: number): number {
    const receiver = Math.floor(key / 2 ** 24);
    const stream = key - receiver * 2 ** 24;
    // Each part must change the upper bits, which choose the slot: many receivers of one stream are as usual as the opposite.
    let hash = (Math.imul(receiver, 0x9e3779b1) + stream) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
    let slot = Math.floor(hash * (this.#capacity / 2 ** 32));
    for (;;) {
      const there = this.#keys[slot] as number;
      if (there === key || there === emptySlot) return slot;
      slot = slot + 1 === this.#capacity ? 0 : slot + 1;
    }
  }

  #grow(): void {
    const old = {
      keys: this.#keys,
      highest: this.#highest,
      low: this.#low,
      high: this.#high,
      route: this.#route,
      epochs: this.#epochs,
      copyPlaces: this.#copyPlaces,
    };
    this.#capacity = Math.ceil(this.#capacity * growth);
    this.#keys = new Float64Array(this.#capacity).fill(emptySlot);
    this.#highest = new Uint32Array(this.#capacity);
    this.#low = new Uint32Array(this.#capacity);
    this.#high = new Uint32Array(this.#capacity);
    this.#route = new Int32Array(this.#capacity);
    this.#epochs = new Uint16Array(this.#capacity);
    const copyPlaces = old.copyPlaces && new Int32Array(this.#capacity);
    this.#copyPlaces = copyPlaces;
    for (let i = 0; i < old.keys.length; i++) {
      const key = old.keys[i] as number;
      if (key === emptySlot) continue;
      const slot = this.#probe(key);
      this.#keys[slot] = key;
      this.#highest[slot] = old.highest[i] as number;
      this.#low[slot] = old.low[i] as number;
      this.#high[slot] = old.high[i] as number;
      this.#route[slot] = old.route[i] as number;
      this.#epochs[slot] = old.epochs[i] as number;
      if (copyPlaces !== null) copyPlaces[slot] = old.copyPlaces?.[i] as number;
    }
  }
}

/** Beyond the limit the two oldest ranges become one, in which not all is missing. */
function bound(gaps: Gaps): void {
  if (gaps.length > 3 * maxRanges) gaps.splice(1, 5, gaps[4] as number, (gaps[2] as number) + (gaps[5] as number));
}

/** A gap without one of its numbers; where not all of it is missing the rest is divided by length. */
function without(from: number, to: number, missing: number, sequence: number): number[] {
  const before = (sequence - from) >>> 0;
  const behind = (to - sequence) >>> 0;
  const left = missing - 1;
  const first = Math.max(left - behind, Math.min(before, Math.round((left * before) / Math.max(1, before + behind))));
  const rest: number[] = [];
  if (first > 0) rest.push(from, (sequence - 1) >>> 0, first);
  if (left - first > 0) rest.push((sequence + 1) >>> 0, to, left - first);
  return rest;
}
