import type { GroupPlan, Plan, Slice } from './plan.ts';

/** The part of a plan that worker `worker` of `workers` runs; itself a plan. The shares of a plan add up to it exactly. */
export function share(plan: Plan, worker: number, workers: number): Plan {
  return { ...plan, groups: plan.groups.map((group) => shareGroup(group, worker, workers)) };
}

function shareGroup(group: GroupPlan, worker: number, workers: number): GroupPlan {
  const { connect } = group;
  const concurrency = Math.max(1, portion(connect.concurrency, worker, workers));
  return { ...group, slice: shareSlice(group.slice, worker, workers), connect: { ...connect, concurrency } };
}

/** Every workers-th client, so that unlike clients (brokers, indexes) are spread evenly. */
export function shareSlice({ first, step, count }: Slice, worker: number, workers: number): Slice {
  return { first: first + worker * step, step: step * workers, count: portion(count, worker, workers) };
}

/** Of n things dealt out in turn, those of one worker. */
function portion(n: number, worker: number, workers: number): number {
  return Math.max(0, Math.ceil((n - worker) / workers));
}

/** The index in its group of the k-th client of a slice. */
export function indexOf({ first, step }: Slice, k: number): number {
  return first + k * step;
}
