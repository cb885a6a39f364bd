import { reachOf } from '../scenario/reach.ts';
import { workloadOf } from '../workloads/lookup.ts';
import { populationOfPlan } from './identity.ts';
import type { Job, Plan } from './plan.ts';
import { pacerOf } from './streams.ts';

/** What the plan asks for in the measured window, on average. */
export type Rates = {
  readonly publishedPerSecond: number;
  readonly deliveredPerSecond: number;
  /** True where a closed loop adds as much as its clients take. */
  readonly unlimited: boolean;
};

export function ratesOf(plan: Plan): Rates {
  const reach = reachOf(populationOfPlan(plan));
  let publishedPerSecond = 0;
  let deliveredPerSecond = 0;
  let unlimited = false;
  for (const [g, group] of plan.groups.entries()) {
    for (const [j, job] of group.jobs.entries()) {
      const rate = jobRate(plan, job, group.clients);
      if (rate === null) unlimited = true;
      else {
        publishedPerSecond += rate;
        deliveredPerSecond += publishes(job) ? (rate * (reach[g]?.[j]?.pairs ?? 0)) / group.clients : 0;
      }
    }
  }
  return { publishedPerSecond, deliveredPerSecond, unlimited };
}

function publishes(job: Job): boolean {
  return workloadOf(job).publication !== undefined;
}

/** Operations a second of all clients together; null: as fast as they can. */
function jobRate(plan: Plan, job: Job, clients: number): number | null {
  const pacer = pacerOf(job, clients);
  if (pacer === null) return null;
  if (pacer === undefined) return 0;
  const most = (workloadOf(job).limit?.(job.options) ?? Number.POSITIVE_INFINITY) * clients;
  if (plan.durationMs === null) {
    const lastMs = pacer.at(most - 1);
    return lastMs > 0 && Number.isFinite(lastMs) ? (most * 1000) / lastMs : most;
  }
  const before = Math.min(most, pacer.due(plan.warmUpMs));
  const after = Math.min(most, pacer.due(plan.warmUpMs + plan.durationMs));
  return ((after - before) * 1000) / plan.durationMs;
}
