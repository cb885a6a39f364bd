import type { z } from 'zod';

/**
 * When the operations of a whole group are due, in ms from the start of the load; operation n belongs to client n mod N.
 * Two inverse functions: `due(elapsed)` operations n < due have at(n) <= elapsed. `at` may be Infinity: never.
 */
export interface Pacer {
  due(elapsedMs: number): number;
  at(n: number): number;
}

/** A member of the table: the keys it adds to a publish entry, and the pacer they ask for. */
export interface Pacing<Options> {
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /** Undefined where none of its keys are given. `clients` multiplies a rate each. */
  pacer(options: Options, clients: number): Pacer | undefined;
  /** How long the pacing itself lasts in ms; undefined where it goes on for ever. */
  lengthMs?(options: Options): number | undefined;
  /** In plain words for `check`: "1/s each client, 10,000/s in total". */
  describe(options: Options, clients: number): string | undefined;
}
