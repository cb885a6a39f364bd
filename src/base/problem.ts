/** One thing wrong before the run; whoever holds the source turns the path into file:line:column. */
export interface Problem {
  /** Where in the scenario: keys and list positions from the root; empty for the whole. */
  readonly path: readonly PropertyKey[];
  /** What must hold, as a clause that "but is <value>" can follow: "must be a duration such as 30s". */
  readonly rule: string;
  /** What stands there; absent where there is nothing to quote. */
  readonly value?: unknown;
  /** What to do about it: a command, a scenario key, the nearest known name. */
  readonly hint?: string;
  /** True where the path names a key that must not be there, so that the caret points at the key and not at its value. */
  readonly atKey?: boolean;
  /** The part of the text that is wrong, of the value or the key, for the caret; absent: all of it. */
  readonly part?: { readonly offset: number; readonly length: number };
}
