import type { Snapshot } from '../metrics/snapshot.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { Result } from '../verdict/result.ts';

/** Writes only to the output it was opened with; the caller opens, sends, renames and closes that. */
export interface Reporter {
  start?(plan: Plan): void;
  /** Before or after the load: what is waited for, in words. */
  waits?(what: string): void;
  second?(snapshot: Snapshot, totals: Totals): void;
  /** `base`: the run that it is compared with, for those that lay one over the other. */
  end?(result: Result, base?: Result): void | Promise<void>;
  /** The run so far, whenever somebody asks: of those that can be read at an address. */
  page?(): string;
  /** True where it writes several texts, given places for them. */
  readonly parts?: true;
  /** What is written, or shown, as HTTP names it; absent: text/plain. */
  readonly mediaType?: string;
  /** What a url may want to see: a variable of the environment, sent as `Authorization: <scheme> <value>`. */
  readonly token?: { readonly variable: string; readonly scheme: string };
}

/** `columns`: how wide a line may be. */
export interface Output {
  readonly stream: NodeJS.WritableStream;
  readonly colour: boolean;
  readonly interactive: boolean;
  readonly columns: number;
  /** Of a file, without its folder; absent where there is none. */
  readonly name?: string;
  /** Where several texts have places: opens the one of that name, once each; the stream is nowhere then. */
  readonly part?: (name: string) => NodeJS.WritableStream;
}

export type OpenReporter = (output: Output) => Reporter;

/** Before anything else is written where a bar may be drawn. */
export const eraseLine = '\r\u001b[K';
