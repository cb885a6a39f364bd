import { hash32 } from '../base/random.ts';
import type { ReconnectPlan } from '../plan/plan.ts';

/**
 * How long to wait before attempt `attempt` (1 is the first after a loss): after, then twice as long each time, up to upTo,
 * of which `jitter` is random. Null: no further attempt, as so many have `failed` in a row: the first connect of all may be one,
 * a loss is none. Random, but the same for the same seed, client and attempt.
 */
export function backOffMs(
  plan: ReconnectPlan | false,
  { attempt, failed }: { readonly attempt: number; readonly failed: number },
  seed: number,
  client: number,
): number | null {
  if (plan === false || (plan.attempts !== null && failed >= plan.attempts)) return null;
  const full = Math.min(plan.upToMs, plan.afterMs * 2 ** Math.min(attempt - 1, 40));
  const random = hash32(seed, client, attempt) / 2 ** 32;
  return full * (1 - plan.jitter * random);
}
