import type { Execute } from '../plan/execution.ts';

/** Where the shares of a plan run: on so many workers. */
export type Backend = (workers: number) => Execute;
