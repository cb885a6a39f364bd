import { publish } from './publish.ts';
import { subscribe } from './subscribe.ts';

/** What a client does, by its key in a group. */
export const workloads = { publish, subscribe };

export type WorkloadName = keyof typeof workloads;
