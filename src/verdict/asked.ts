import type { Plan } from '../plan/plan.ts';
import { pacerOf } from '../plan/streams.ts';

/** Whether every load of the plan has a pace that the generator must keep; a closed loop goes as fast as it can. */
export function asksForRate(plan: Plan): boolean {
  const pacers = plan.groups.flatMap((group) => group.jobs.map((job) => pacerOf(job, group.clients)));
  return pacers.some((pacer) => pacer !== undefined) && !pacers.includes(null);
}
