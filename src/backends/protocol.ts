import type { Place } from '../fleet/tickers/metronome.ts';
import type { Absence, Snapshot } from '../metrics/snapshot.ts';
import type { Execution } from '../plan/execution.ts';
import type { Plan } from '../plan/plan.ts';

/** What a worker is started with. */
export type Task = { readonly plan: Plan; readonly worker: string; readonly place: Place };

/** Downwards: the three words of an Execution; plain JSON. */
export type Command =
  | { readonly do: 'start'; readonly atUs: number; readonly absent: readonly Absence[] }
  | { readonly do: 'drain'; readonly atUs: number }
  | { readonly do: 'end'; readonly matching: boolean };

/** Upwards: snapshots, the one with the phase `ended` last. */
export type Told = Snapshot;

export function obey(execution: Execution, command: Command): void {
  if (command.do === 'start') execution.start(command.atUs, command.absent);
  else if (command.do === 'drain') execution.drain(command.atUs);
  else execution.end(command.matching);
}

/** An execution somewhere else, told by commands. */
export function remote(send: (command: Command) => void): Execution {
  return {
    start: (atUs, absent) => send({ do: 'start', atUs, absent }),
    drain: (atUs) => send({ do: 'drain', atUs }),
    end: (matching) => send({ do: 'end', matching }),
  };
}
