import type { Snapshot } from '../metrics/snapshot.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { Result } from '../verdict/result.ts';

/** Writes only to the output it was opened with; the caller opens, renames and closes that. */
export interface Reporter {
  start?(plan: Plan): void;
  /** Before or after the load: what is waited for, in words. */
  waits?(what: string): void;
  second?(snapshot: Snapshot, totals: Totals): void;
  /** `base`: the run that it is compared with, for those that lay one over the other. */
  end?(result: Result, base?: Result): void | Promise<void>;
}

/** `columns`: how wide a line may be. */
export interface Output {
  readonly stream: NodeJS.WritableStream;
  readonly colour: boolean;
  readonly interactive: boolean;
  readonly columns: number;
}

export type OpenReporter = (output: Output) => Reporter;

/** Before anything else is written where a bar may be drawn. */
export const eraseLine = '\r\u001b[K';
