import type { Filter } from '../clients/client.ts';
import type { Pacer } from '../pacing/pacer.ts';
import { workloadOf } from '../workloads/lookup.ts';
import type { Identity, JobContext, Publication } from '../workloads/workload.ts';
import type { GroupPlan, Job, Plan } from './plan.ts';

export function publicationOf(job: Job, who: Identity, context: JobContext): Publication | undefined {
  return workloadOf(job).publication?.(job.options, who, context);
}

export function filtersOf(job: Job, who: Identity): readonly Filter[] {
  return workloadOf(job).filters?.(job.options, who) ?? [];
}

/** Undefined: the job only listens; null: closed loop. */
export function pacerOf(job: Job, clients: number): Pacer | null | undefined {
  return workloadOf(job).pacer?.(job.options, clients);
}

export function publishes(group: GroupPlan): boolean {
  return group.jobs.some((job) => workloadOf(job).publication !== undefined);
}

export function subscribes(group: GroupPlan): boolean {
  return group.jobs.some((job) => workloadOf(job).filters !== undefined);
}

export type StreamPlace = { readonly group: GroupPlan; readonly job: Job; readonly index: number };

/** Finds the client and the publish entry of a stream number; undefined: the plan has no such stream. */
export function streamFinder(plan: Plan): (stream: number) => StreamPlace | undefined {
  const places = plan.groups
    .flatMap((group) => group.jobs.filter((job) => workloadOf(job).publication).map((job) => ({ group, job })))
    .sort((a, b) => a.job.firstStream - b.job.firstStream);
  return (stream) => {
    const place = places.findLast(({ job }) => job.firstStream <= stream);
    if (place === undefined || stream - place.job.firstStream >= place.group.clients) return undefined;
    return { ...place, index: stream - place.job.firstStream };
  };
}
