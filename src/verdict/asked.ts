import type { Plan } from '../plan/plan.ts';
import { workloads } from '../workloads/index.ts';
import type { Workload } from '../workloads/workload.ts';

const byName: Readonly<Record<string, Workload<unknown>>> = workloads;

/** Whether every load of the plan has a pace that the generator must keep; a closed loop goes as fast as it can. */
export function asksForRate(plan: Plan): boolean {
  const pacers = plan.groups.flatMap((group) =>
    group.jobs.map((job) => byName[job.workload]?.pacer?.(job.options, group.clients)),
  );
  return pacers.some((pacer) => pacer !== undefined) && !pacers.includes(null);
}
