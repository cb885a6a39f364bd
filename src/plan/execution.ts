import type { Absence, Snapshot } from '../metrics/snapshot.ts';
import type { Plan } from './plan.ts';

/** A plan under way: a fleet here, in a thread, on a machine, or several of these combined. */
export interface Execution {
  /** The load begins at `atUs`, once all parts are `ready`; `absent` is what no part may expect deliveries for. */
  start(atUs: number, absent: readonly Absence[]): void;
  /** Ends the load early: nothing due at `atUs` or later is published. */
  drain(atUs: number): void;
  /** Disconnects; a snapshot with the phase `ended` is the last. `matching`: it tells of single messages, because some are missing. */
  end(matching: boolean): void;
}

/** Connects and subscribes at once, then obeys. This is all that a backend has to provide. */
export type Execute = (plan: Plan, tell: (snapshot: Snapshot) => void) => Execution;
