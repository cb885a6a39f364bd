import { workloads } from './index.ts';
import type { Workload } from './workload.ts';

/** The workload of a job; its options are what the plan carries. */
export function workloadOf(job: { readonly workload: string }): Workload<unknown> {
  const workload = (workloads as unknown as Readonly<Record<string, Workload<unknown>>>)[job.workload];
  if (workload === undefined) throw new Error(`no workload ${job.workload}`);
  return workload;
}
