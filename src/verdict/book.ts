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
export const emptyPair: PairBook = { next: 0, epoch: 0, gaps: [], interrupted: [] };

/** A ledger, opened where it is asked. */
export class Book {
  readonly streams: readonly StreamBook[];
  readonly #receivers = new Map<number, ReceiverBook>();
  readonly #pairs = new Map<number, PairBook>();

  constructor({ streams, unacked, refused, receivers, absences, arrivals, missing, interrupted }: Ledger) {
    const unackedOf = gathered(unacked, 1);
    const refusedOf = gathered(refused, 1);
    this.streams = rows(streams, 4).map(([stream = 0, sent = 0, from = 0, to = 0]) => ({
      ...{ stream, sent, from, to },
      unacked: unackedOf.get(stream) ?? [],
      refused: refusedOf.get(stream) ?? [],
    }));
    const absencesOf = gathered(absences, 1);
    for (const [receiver = 0, epoch = 0] of rows(receivers, 2))
      this.#receivers.set(receiver, { epoch, absentUs: absencesOf.get(receiver) ?? [] });
    const missingOf = gathered(missing, 2, 3);
    const interruptedOf = gathered(interrupted, 2);
    for (const [receiver = 0, stream = 0, next = 0, epoch = 0] of rows(arrivals, 4)) {
      const key = keyOf(receiver, stream);
      const gaps = rows(missingOf.get(key) ?? [], 3).map(([first = 0, last = 0, count = 0]) => ({
        ...{ first, last },
        missing: count,
      }));
      this.#pairs.set(key, { next, epoch, gaps, interrupted: interruptedOf.get(key) ?? [] });
    }
  }

  receiver(number: number): ReceiverBook | undefined {
    return this.#receivers.get(number);
  }

  pair(receiver: number, stream: number): PairBook {
    return this.#pairs.get(keyOf(receiver, stream)) ?? emptyPair;
  }
}

function keyOf(receiver: number, stream: number): number {
  return receiver * 2 ** 24 + stream;
}

function rows(list: readonly number[], width: number): number[][] {
  return Array.from({ length: list.length / width }, (_, i) => list.slice(i * width, (i + 1) * width));
}

/** The values of each key, which is the first number of a row, or the first two. */
function gathered(list: readonly number[], keys: 1 | 2, values = 2): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let i = 0; i < list.length; i += keys + values) {
    const key = keys === 1 ? (list[i] as number) : keyOf(list[i] as number, list[i + 1] as number);
    const known = found.get(key);
    const row = list.slice(i + keys, i + keys + values);
    if (known === undefined) found.set(key, row);
    else known.push(...row);
  }
  return found;
}
