import { availableParallelism } from 'node:os';
import type { Execute } from '../plan/execution.ts';

/** Where the shares of a plan run: on so many workers. */
export type Backend = (workers: number) => Execute;

/** Each costs tens of megabytes and a core's time. */
export const mostWorkers = 64;

/** One core is left to the main thread, which adds up and tells. */
export function defaultWorkers(): number {
  return Math.min(mostWorkers, Math.max(1, availableParallelism() - 1));
}
