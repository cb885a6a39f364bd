import { filterBytes, mostBesideFilters } from '../mqtt/subscribe-size.ts';
import type { Filter } from './client.ts';

/** What one `subscribe` asks for: a SUBSCRIBE for each batch that a server's Maximum Packet Size leaves room for, in turn. */
export class Asking {
  readonly #batches: (readonly Filter[])[];
  /** Of the answers so far, in the order of the filters. */
  readonly codes: number[] = [];
  readonly beganUs: number;

  constructor(filters: readonly Filter[], mostBytes: number, nowUs: number) {
    this.#batches = batchesOf(filters, mostBytes);
    this.beganUs = nowUs;
  }

  /** The filters of the next packet; undefined: all have been asked. */
  next(): readonly Filter[] | undefined {
    return this.#batches.shift();
  }
}

/** A filter that is too large by itself is alone in its batch. */
export function batchesOf(filters: readonly Filter[], mostBytes: number): Filter[][] {
  const batches: Filter[][] = [];
  let batch: Filter[] | undefined;
  let room = 0;
  for (const filter of filters) {
    const bytes = filterBytes(filter.topicFilter);
    if (batch === undefined || bytes > room) {
      batch = [];
      batches.push(batch);
      room = mostBytes - mostBesideFilters;
    }
    batch.push(filter);
    room -= bytes;
  }
  return batches;
}
