/** Cost: only what happens to connections is noted; five numbers for a client that is lost and comes back. */

/**
 * Connections that broke and were made again, us of the monotonic clock: flat lists of numbers, so that a storm of them stays
 * small, and in which those of several threads only have to be joined.
 */
export interface Breaks {
  /** In turns: when the loss was noticed, and the last good message of that client; 0: there was none. */
  readonly lost: readonly number[];
  /** In turns: when a client was there again with all its subscriptions, when its CONNACK had come, its session (`sessionIs`). */
  readonly back: readonly number[];
  /** Who was lost and will not come back. */
  readonly gone: readonly number[];
  /** The first good messages of clients that had come back: deliveries, and acknowledgements. */
  readonly delivered: readonly number[];
  readonly acknowledged: readonly number[];
  /** Publishes that were given up with their connection or session: in turns when, and how many. */
  readonly givenUp: readonly number[];
}

/** Whether a client that came back found its session there; `unasked`: it wanted none, or MQTT 3.1 could not say. */
export const sessionIs = { unasked: 0, present: 1, gone: 2 } as const;
export type SessionIs = (typeof sessionIs)[keyof typeof sessionIs];

type Lists = { [K in keyof Breaks]: number[] };

const names = ['lost', 'back', 'gone', 'delivered', 'acknowledged', 'givenUp'] as const satisfies (keyof Breaks)[];

function emptyLists(): Lists {
  return { lost: [], back: [], gone: [], delivered: [], acknowledged: [], givenUp: [] };
}

/** What the clients of one cell tell of their connections. */
export class BreakLog {
  #lists: Lists | null = null;
  #away = 0;
  #delivered = false;
  #acknowledged = false;

  lost(atUs: number, goodUs: number): void {
    // Of the first messages afterwards only the first is wanted, in each thread.
    if (this.#away === 0) {
      this.#delivered = false;
      this.#acknowledged = false;
    }
    this.#away++;
    this.#open().lost.push(atUs, goodUs);
  }

  back(atUs: number, connackUs: number, session: SessionIs): void {
    this.#away--;
    this.#open().back.push(atUs, connackUs, session);
  }

  gone(atUs: number): void {
    this.#away--;
    this.#open().gone.push(atUs);
  }

  delivered(atUs: number): void {
    if (this.#delivered) return;
    this.#delivered = true;
    this.#open().delivered.push(atUs);
  }

  acknowledged(atUs: number): void {
    if (this.#acknowledged) return;
    this.#acknowledged = true;
    this.#open().acknowledged.push(atUs);
  }

  givenUp(atUs: number, publishes: number): void {
    this.#open().givenUp.push(atUs, publishes);
  }

  #open(): Lists {
    this.#lists ??= emptyLists();
    return this.#lists;
  }

  /** What came since the last call; undefined: nothing. */
  take(): Breaks | undefined {
    const lists = this.#lists;
    this.#lists = null;
    return lists ?? undefined;
  }
}

/** Those of several threads, or of several seconds. */
export function joinBreaks(parts: readonly Breaks[]): Breaks {
  const sum = emptyLists();
  for (const part of parts) for (const name of names) for (const value of part[name]) sum[name].push(value);
  return sum;
}

/** The most numbers that a run keeps: 32 MB. */
const mostNumbers = 4_000_000;

/** All of a run so far, by broker. Clients that break all the time for hours would fill the memory: then no more is kept. */
export class BreakSums {
  readonly #sums = new Map<string, Lists>();
  readonly #most: number;
  #numbers = 0;

  constructor(most = mostNumbers) {
    this.#most = most;
  }

  /** Everything that was told is here. */
  get complete(): boolean {
    return this.#numbers <= this.#most;
  }

  add(broker: string, breaks: Breaks): void {
    if (!this.complete) return;
    const sum = this.#sums.get(broker) ?? emptyLists();
    this.#sums.set(broker, sum);
    for (const name of names) {
      for (const value of breaks[name]) sum[name].push(value);
      this.#numbers += breaks[name].length;
    }
  }

  of(broker: string): Breaks | undefined {
    return this.#sums.get(broker);
  }
}
