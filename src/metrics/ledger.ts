/**
 * What one thread knows of single messages, told at the end of a run in which deliveries are missing. Every list holds
 * numbers in turns, so that it is plain and small: streams and receivers by their numbers in the plan, messages by their
 * sequence numbers.
 */
export interface Ledger {
  /** stream, sent, the first number due in the measured window, the first one due after it. */
  readonly streams: readonly number[];
  /** stream, first, last: never acknowledged. */
  readonly unacked: readonly number[];
  /** stream, first, last: refused by the broker, or never sent for its limits. */
  readonly refused: readonly number[];
  /** receiver, times that it subscribed anew. */
  readonly receivers: readonly number[];
  /** receiver, when it last heard anything, when it was subscribed again (us; far off: not before the end). */
  readonly absences: readonly number[];
  /** receiver, stream, the number after the highest that came, the time of subscription in which that came. */
  readonly arrivals: readonly number[];
  /** receiver, stream, first, last, how many of these are missing. */
  readonly missing: readonly number[];
  /** receiver, stream, first, last: skipped from one time of subscription to the next. */
  readonly interrupted: readonly number[];
}

const lists = ['streams', 'unacked', 'refused', 'receivers', 'absences', 'arrivals', 'missing', 'interrupted'] as const;

/** Of several threads; undefined where one of them has none: then nothing can be matched. */
export function joinLedgers(ledgers: readonly (Ledger | undefined)[]): Ledger | undefined {
  const known = ledgers.filter((ledger) => ledger !== undefined);
  if (known.length < ledgers.length) return undefined;
  return Object.fromEntries(lists.map((list) => [list, known.flatMap((ledger) => ledger[list])])) as unknown as Ledger;
}
