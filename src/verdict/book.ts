import type { Ledger } from '../metrics/ledger.ts';

/** First and last number of each range, in turns. */
export type Bounds = readonly number[];

export interface StreamBook {
  readonly stream: number;
  readonly sent: number;
  /** Due in the measured window: from <= number < to. */
  readonly from: number;
  readonly to: number;
  readonly unacked: Bounds;
  readonly refused: Bounds;
}

export interface ReceiverBook {
  readonly epoch: number;
  /** From when to when it was not subscribed, in us, in turns. */
  readonly absentUs: Bounds;
}

export interface Gap {
  readonly first: number;
  readonly last: number;
  /** Of all its numbers so many. */
  readonly missing: number;
}

/** What came of one stream at one receiver: all numbers below `next`, but for what is missing of each gap. */
export interface PairBook {
  readonly next: number;
  readonly epoch: number;
  readonly gaps: readonly Gap[];
  readonly interrupted: Bounds;
}

/** Nothing has come. */
const emptyPair: PairBook = { next: 0, epoch: 0, gaps: [], interrupted: [] };

/** A ledger, opened where it is asked: it may have millions of rows. */
export class Book {
  readonly #ledger: Ledger;
  readonly #unacked: Rows;
  readonly #refused: Rows;
  readonly #receivers: Rows;
  readonly #absences: Rows;
  readonly #arrivals: Rows;
  readonly #missing: Rows;
  readonly #interrupted: Rows;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#unacked = new Rows(ledger.unacked, 1, 2);
    this.#refused = new Rows(ledger.refused, 1, 2);
    this.#receivers = new Rows(ledger.receivers, 1, 1);
    this.#absences = new Rows(ledger.absences, 1, 2);
    this.#arrivals = new Rows(ledger.arrivals, 2, 2);
    this.#missing = new Rows(ledger.missing, 2, 3);
    this.#interrupted = new Rows(ledger.interrupted, 2, 2);
  }

  *streams(): Generator<StreamBook> {
    const { streams } = this.#ledger;
    for (let i = 0; i < streams.length; i += 4) {
      const [stream = 0, sent = 0, from = 0, to = 0] = streams.slice(i, i + 4);
      yield { stream, sent, from, to, unacked: this.#unacked.of(stream), refused: this.#refused.of(stream) };
    }
  }

  receiver(number: number): ReceiverBook | undefined {
    const [epoch] = this.#receivers.of(number);
    return epoch === undefined ? undefined : { epoch, absentUs: this.#absences.of(number) };
  }

  pair(receiver: number, stream: number): PairBook {
    const [next, epoch] = this.#arrivals.of(receiver, stream);
    if (next === undefined || epoch === undefined) return emptyPair;
    const missing = this.#missing.of(receiver, stream);
    const gaps: Gap[] = [];
    for (let i = 0; i < missing.length; i += 3) {
      const [first = 0, last = 0, count = 0] = missing.slice(i, i + 3);
      gaps.push({ first, last, missing: count });
    }
    return { next, epoch, gaps, interrupted: this.#interrupted.of(receiver, stream) };
  }
}

const none: readonly number[] = [];

/** The rows of a list by their first number or first two; those of one key stand together. */
class Rows {
  readonly #list: readonly number[];
  readonly #keys: 1 | 2;
  readonly #width: number;
  readonly #first = new Map<number, number>();

  constructor(list: readonly number[], keys: 1 | 2, values: number) {
    this.#list = list;
    this.#keys = keys;
    this.#width = keys + values;
    let before = Number.NaN;
    for (let at = 0; at < list.length; at += this.#width) {
      const key = this.#keyAt(at);
      if (key !== before) this.#first.set(key, at);
      before = key;
    }
  }

  #keyAt(at: number): number {
    return this.#keys === 1
      ? (this.#list[at] as number)
      : keyOf(this.#list[at] as number, this.#list[at + 1] as number);
  }

  /** The values of all its rows, in turns. */
  of(first: number, second = 0): readonly number[] {
    const key = this.#keys === 1 ? first : keyOf(first, second);
    const from = this.#first.get(key);
    if (from === undefined) return none;
    const values: number[] = [];
    for (let at = from; at < this.#list.length && this.#keyAt(at) === key; at += this.#width)
      values.push(...this.#list.slice(at + this.#keys, at + this.#width));
    return values;
  }
}

function keyOf(receiver: number, stream: number): number {
  return receiver * 2 ** 24 + stream;
}
