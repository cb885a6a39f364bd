import { conduct } from './backends/conduct.ts';
import { type OwnNames, peakMemoryBytes } from './base/machine.ts';
import { Takeovers } from './metrics/takeovers.ts';
import { Totals } from './metrics/totals.ts';
import { Watch } from './observers/watch.ts';
import type { Execute } from './plan/execution.ts';
import type { Plan } from './plan/plan.ts';
import type { Threads } from './plan/threads.ts';
import type { Reporter } from './reporters/reporter.ts';
import { judge, type StoppedBy } from './verdict/judge.ts';
import { LiveThresholds } from './verdict/live.ts';
import type { Result, RunResult } from './verdict/result.ts';
import { Series } from './verdict/series.ts';
import { amendShares } from './verdict/share-duplicates.ts';

export interface RunOptions {
  readonly reporters: readonly Reporter[];
  /** Stops the load, drains, and still reports; the reasons 'SIGINT' and 'SIGTERM' are told as such, all others as the caller's. */
  readonly signal: AbortSignal;
  readonly threads: Threads;
  readonly versions: RunResult['versions'];
  readonly machine: OwnNames;
  readonly allowInvalid: boolean;
  /** The result as it is told: with a comparison, say. */
  readonly amend?: ((result: Result) => Result) | undefined;
  /** What it is compared with, for reporters that lay one over the other. */
  readonly base?: Result | undefined;
}

/** The whole program: a plan, carried out by a backend, told to reporters, judged. */
export async function run(plan: Plan, execute: Execute, options: RunOptions): Promise<Result> {
  const { reporters, signal, threads, versions, machine, allowInvalid } = options;
  const totals = new Totals(plan.subBuckets);
  const series = new Series(plan);
  const takeovers = new Takeovers(plan.cluster);
  const live = new LiveThresholds(plan, totals, series);
  const failing = new AbortController();
  const startedAt = new Date();
  for (const reporter of reporters) reporter.start?.(plan);
  const context = { tag: plan.run.tag, protocol: plan.groups[0]?.session.protocol ?? '3.1.1' } as const;
  const watch = new Watch(plan.brokers, context, (what) => {
    for (const reporter of reporters) reporter.waits?.(what);
  });
  const { done, observations } = await watch.during(signal, async () => {
    for await (const told of conduct(plan, execute, AbortSignal.any([signal, failing.signal]))) {
      const snapshot = takeovers.counted(told);
      totals.add(snapshot);
      series.add(snapshot);
      for (const reporter of reporters) reporter.second?.(snapshot, totals);
      if (live.add(snapshot)) failing.abort();
    }
    return { endedAt: new Date(), signal: stoppedBy(signal) };
  });
  amendShares(plan, totals);
  const { windowFromUs } = totals.progress;
  const startUs = windowFromUs === 0 ? undefined : windowFromUs - Math.round(plan.warmUpMs * 1000);
  const made = { threads, versions, machine, peakMemoryBytes: peakMemoryBytes() };
  const known = { startedAt, ...done, ...made, observations, allowInvalid, startUs, live };
  const judged = judge(plan, totals, series, known);
  const result = options.amend?.(judged) ?? judged;
  for (const reporter of reporters) await reporter.end?.(result, options.base);
  return result;
}

function stoppedBy({ aborted, reason }: AbortSignal): StoppedBy | undefined {
  if (!aborted) return undefined;
  return reason === 'SIGINT' || reason === 'SIGTERM' ? reason : 'the caller';
}
