import { fleet } from '../fleet/execute.ts';
import { combined } from './alignment.ts';
import type { Backend } from './backend.ts';

/** All shares in this thread, one fleet each. */
export const inline: Backend = (workers) =>
  combined(workers, (worker) => (plan, tell) => fleet(plan, `fleet ${worker + 1}`, tell));
