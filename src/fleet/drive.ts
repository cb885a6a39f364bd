import type { Member } from './member.ts';
import type { Stream } from './stream.ts';

/** A stream and the client that makes it. */
export type Placed = { readonly member: Member; readonly stream: Stream };

/** What moves the streams of one publish entry in this share: a pacer's time-table, or the clients' own speed. */
export interface Drive {
  /** When `run` has something to do; Infinity: nothing. */
  readonly nextUs: number;
  /** The due time of the last operation; 0: none yet. */
  readonly lastDueUs: number;
  /** Operations are due from startUs on, before endUs. */
  start(startUs: number, endUs: number): void;
  stop(endUs: number): void;
  /** One turn of what is due now. */
  run(clock: () => number): void;
  /** The client has room again, or has come back. */
  resume(placed: Placed, clock: () => number): void;
  /** The client is gone for good: what the stream owes will never be sent, so nobody shall wait for it. */
  forsake(stream: Stream): void;
  /** The stream has reached its limit. */
  finished(stream: Stream): boolean;
}
