import type { Pacer } from '../pacing/pacer.ts';
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

/** What a job makes in the measured window. */
export type Messages = {
  readonly job: Job;
  /** Null: as fast as it can, and what is delivered of it is not known. */
  readonly publishedPerSecond: number | null;
  readonly deliveredPerSecond: number;
  /** Of each message. */
  readonly receivers: number;
  /** By then, from the start of the load. */
  published(elapsedMs: number): number;
};

export function messagesOf(plan: Plan): Messages[] {
  const reach = reachOf(populationOfPlan(plan));
  return plan.groups.flatMap((group, g) =>
    group.jobs.map((job, j) => {
      const pacer = pacerOf(job, group.clients);
      const most = (workloadOf(job).limit?.(job.options) ?? Number.POSITIVE_INFINITY) * group.clients;
      const published = (elapsedMs: number) => Math.min(most, pacer?.due(elapsedMs) ?? 0);
      const publishedPerSecond = pacer === null ? null : pacer === undefined ? 0 : rateOf(plan, pacer, most, published);
      const receivers = publishes(job) ? (reach[g]?.[j]?.pairs ?? 0) / group.clients : 0;
      return {
        job,
        publishedPerSecond,
        deliveredPerSecond: (publishedPerSecond ?? 0) * receivers,
        receivers,
        published,
      };
    }),
  );
}

function publishes(job: Job): boolean {
  return workloadOf(job).publication !== undefined;
}

/** Operations a second of all clients together. */
function rateOf(plan: Plan, pacer: Pacer, most: number, published: Messages['published']): number {
  if (plan.durationMs === null) {
    const lastMs = pacer.at(most - 1);
    return lastMs > 0 && Number.isFinite(lastMs) ? (most * 1000) / lastMs : most;
  }
  const made = published(plan.warmUpMs + plan.durationMs) - published(plan.warmUpMs);
  return (made * 1000) / plan.durationMs;
}

const mostParts = 20_000;

/** The highest sum of what each job costs in a second of the load; of a run of many hours, in a part of it. 0 where it has no given end. */
export function busiest(
  { warmUpMs, durationMs }: Plan,
  messages: readonly Messages[],
  cost: (messages: Messages, perSecond: number) => number,
): number {
  const endMs = warmUpMs + (durationMs ?? 0);
  const partMs = Math.max(1000, endMs / mostParts);
  let highest = 0;
  let before = messages.map(({ published }) => published(0));
  for (let toMs = partMs; toMs <= endMs; toMs += partMs) {
    const now = messages.map(({ published }) => published(toMs));
    let sum = 0;
    for (const [i, each] of messages.entries()) {
      // One more or less is due in a second as its bounds fall.
      const made = Math.max(0, (now[i] ?? 0) - (before[i] ?? 0) - 1);
      sum += cost(each, (made * 1000) / partMs);
    }
    highest = Math.max(highest, sum);
    before = now;
  }
  return highest;
}
