import { formatDuration } from '../base/units.ts';
import type { TrustVerdict } from './result.ts';
import type { MachineStrain, WorkerStrain } from './strain.ts';

/** What was wrong with the generator or its machine, in plain words, with the remedy. */
export interface Cause {
  /** What it makes of the run by itself; trustworthy: it only explains what was measured to be late. */
  readonly verdict: TrustVerdict;
  readonly reason: string;
}

/** Where a cause begins: between what healthy runs and strained ones showed (docs/measuring.md, "Causes"). */
export const limits = {
  waitedShare: 0.2,
  /** Of all time: a thread that waits less for a CPU is not degraded by that alone, or not even named. */
  lostShare: 0.1,
  namedShare: 0.03,
  starvedShare: 0.4,
  stealShare: 0.02,
  gcShare: 0.1,
  gcPauseUs: 20_000,
  heapShare: 0.85,
  memoryStalledShare: 0.05,
  blockedUs: 30_000,
  stepUs: 100_000,
} as const;

export function causesOf(workers: readonly WorkerStrain[], machine: MachineStrain): Cause[] {
  return [
    ...clockCauses(machine),
    ...stealCauses(machine),
    ...worstOf(workers, (worker) => starved(worker, machine.elapsedUs)),
    ...memoryCauses(workers, machine),
    ...worstOf(workers, collecting),
    ...worstOf(workers, stoodStill),
    ...worstOf(workers, blocked),
  ];
}

/** What the clock of the system did, which no latency depends on. */
export function clockWarnings({ clockSetUs, sleptUs }: MachineStrain): string[] {
  // A machine that slept sets its clock when it wakes.
  const setUs = clockSetUs - sleptUs;
  if (Math.abs(setUs) < limits.stepUs) return [];
  const way = setUs > 0 ? 'forward' : 'back';
  return [
    `the clock of this machine was set ${inMs(Math.abs(setUs))} ${way} while it measured: latencies do not depend on it, but times of ` +
      'day in this report and in the logs of the broker no longer match; let time synchronisation settle before a run',
  ];
}

function clockCauses({ sleptUs }: MachineStrain): Cause[] {
  if (Math.abs(sleptUs) < limits.stepUs) return [];
  const what = sleptUs > 0 ? `slept for ${inMs(sleptUs)}` : `had its monotonic clock jump ${inMs(-sleptUs)} ahead`;
  return [
    {
      verdict: 'invalid',
      reason: `this machine ${what} while it measured, so the times across it are wrong: keep it awake, and run again`,
    },
  ];
}

function stealCauses({ stealShare }: MachineStrain): Cause[] {
  if (stealShare <= limits.stealShare) return [];
  return [
    {
      verdict: 'degraded',
      reason:
        `the host of this virtual machine gave ${percent(stealShare)} of its CPU time to others (steal): run it on a machine, or at ` +
        'an hour, with less company',
    },
  ];
}

/** One line for each cause, of the worker that it hit hardest. */
function worstOf(
  workers: readonly WorkerStrain[],
  judge: (worker: WorkerStrain) => (Cause & { readonly weight: number }) | undefined,
): Cause[] {
  const hit = workers.flatMap((worker) => judge(worker) ?? []).sort((one, other) => other.weight - one.weight);
  const [worst] = hit;
  return worst === undefined ? [] : [{ verdict: worst.verdict, reason: worst.reason }];
}

function waitedShare({ cpuUs, waitedUs }: WorkerStrain): number {
  return waitedUs / Math.max(1, cpuUs + waitedUs);
}

function starved(strain: WorkerStrain, elapsedUs: number) {
  const { worker, waitedUs } = strain;
  const share = waitedShare(strain);
  // A thread that hardly runs waits for a CPU now and then, and harms nothing.
  if (share < limits.waitedShare || waitedUs < Math.max(10_000, limits.namedShare * elapsedUs)) return undefined;
  return {
    weight: share,
    // Nor is a thread with little to do the worse for it by itself.
    verdict:
      share >= limits.starvedShare && waitedUs >= limits.lostShare * elapsedUs
        ? ('degraded' as const)
        : ('trustworthy' as const),
    reason:
      `worker "${worker}" was ready to run and had no CPU for ${percent(share)} of the time that it needed one: stop what else runs on ` +
      'this machine, or give the generator cores of its own (the broker on another machine)',
  };
}

function memoryCauses(workers: readonly WorkerStrain[], { memoryStalledUs, elapsedUs }: MachineStrain): Cause[] {
  const stalled = memoryStalledUs / Math.max(1, elapsedUs);
  const short: Cause[] =
    stalled < limits.memoryStalledShare
      ? []
      : [
          {
            verdict: 'degraded',
            reason:
              `programs of this machine waited for memory in ${percent(stalled)} of the time: it has too little; stop what else runs, use ` +
              'fewer clients, or a machine with more',
          },
        ];
  return [...worstOf(workers, full), ...short];
}

function full({ worker, heapShare }: WorkerStrain) {
  if (heapShare < limits.heapShare) return undefined;
  return {
    weight: heapShare,
    verdict: 'degraded' as const,
    reason:
      `worker "${worker}" had filled ${percent(heapShare)} of the memory that Node gives it, and ends when it is full: raise --threads, ` +
      'use fewer clients, or set NODE_OPTIONS=--max-old-space-size=8192',
  };
}

function collecting({ worker, gcUs, longestGcUs, cpuUs }: WorkerStrain) {
  const share = gcUs / Math.max(1, cpuUs);
  if (longestGcUs < limits.gcPauseUs && (share < limits.gcShare || cpuUs === 0)) return undefined;
  return {
    weight: longestGcUs,
    verdict: 'trustworthy' as const,
    reason:
      `worker "${worker}" stood still for up to ${inMs(longestGcUs)} at a time to collect garbage (GC), ${inMs(gcUs)} in all: raise ` +
      '--threads, or use fewer clients or smaller payloads',
  };
}

function stoodStill(strain: WorkerStrain) {
  const { worker, stoodStillUs, waitedUs } = strain;
  // Where there is no CPU for it there is none for the metronome that wakes it either.
  const starving = waitedUs >= stoodStillUs && waitedShare(strain) >= limits.starvedShare;
  if (stoodStillUs < limits.blockedUs || starving) return undefined;
  return {
    weight: stoodStillUs,
    verdict: 'trustworthy' as const,
    reason:
      `worker "${worker}" stood still for up to ${inMs(stoodStillUs)}, neither running nor waiting for a CPU: the process was stopped (a ` +
      'debugger, a frozen container or virtual machine) or waited for a disk; let it run through',
  };
}

function blocked({ worker, blockedUs, busySeconds }: WorkerStrain) {
  if (blockedUs < limits.blockedUs || busySeconds > 0) return undefined;
  return {
    weight: blockedUs,
    verdict: 'trustworthy' as const,
    reason:
      `the event loop of worker "${worker}" was blocked for up to ${inMs(blockedUs)} at a time by work of its own thread: with --threads 0 ` +
      'the program around it does that, so give --threads 1; else fewer clients a thread',
  };
}

function inMs(us: number): string {
  return formatDuration(Number((us / 1000).toPrecision(3)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
