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
  const messages = messagesOf(plan);
  return {
    publishedPerSecond: messages.reduce((sum, one) => sum + (one.publishedPerSecond ?? 0), 0),
    deliveredPerSecond: messages.reduce((sum, one) => sum + one.deliveredPerSecond, 0),
    unlimited: messages.some((one) => one.publishedPerSecond === null),
  };
}

/** What each job makes; `publishedPerSecond` null: as fast as it can, and what is delivered of it is not known. */
export function messagesOf(
  plan: Plan,
): { readonly job: Job; readonly publishedPerSecond: number | null; readonly deliveredPerSecond: number }[] {
  const reach = reachOf(populationOfPlan(plan));
  return plan.groups.flatMap((group, g) =>
    group.jobs.map((job, j) => {
      const publishedPerSecond = jobRate(plan, job, group.clients);
      const each = publishes(job) ? (reach[g]?.[j]?.pairs ?? 0) / group.clients : 0;
      return { job, publishedPerSecond, deliveredPerSecond: (publishedPerSecond ?? 0) * each };
    }),
  );
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
