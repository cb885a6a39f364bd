import type { MachineVitals } from '../base/vitals.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { Health, Snapshot } from '../metrics/snapshot.ts';

/** Of the event loop, 0 to 1: above it a thread has no time left for what comes next. */
const busyShare = 0.98;

/** How one load thread fared in the measured window. */
export interface WorkerStrain {
  readonly worker: string;
  /** How late its ticks were, us. */
  readonly loopDelay: Histogram;
  readonly receiving: boolean;
  readonly publishing: boolean;
  /** The most seconds in a row in which it was at least 98 % busy. */
  readonly busySeconds: number;
  readonly peakUtilisation: number;
  /** Time on a CPU, and time in which it could have run and none was free; both 0 where the system does not tell. */
  readonly cpuUs: number;
  readonly waitedUs: number;
  readonly gcUs: number;
  readonly longestGcUs: number;
  /** The most that it had of the heap that it may have, 0 to 1. */
  readonly heapShare: number;
  /** The longest time for which its event loop did not turn for work of its own, with a CPU and collecting no garbage. */
  readonly blockedUs: number;
  /** The same, but neither running nor waiting for a CPU. */
  readonly stoodStillUs: number;
}

/** How the machine fared in the measured window. */
export interface MachineStrain {
  readonly elapsedUs: number;
  /** Of all CPU time, 0 to 1. */
  readonly stealShare: number;
  readonly memoryStalledUs: number;
  /** The largest step of each kind in one second; either may be negative. */
  readonly clockSetUs: number;
  readonly sleptUs: number;
}

type Watched = { -readonly [K in keyof WorkerStrain]: WorkerStrain[K] } & {
  runSeconds: number;
  second: number;
};

/** What the load threads and the machine tell about themselves, kept for the verdict on the generator. */
export class Strain {
  readonly #workers = new Map<string, Watched>();
  machine: MachineStrain = { elapsedUs: 0, stealShare: 0, memoryStalledUs: 0, clockSetUs: 0, sleptUs: 0 };

  get workers(): readonly WorkerStrain[] {
    return [...this.#workers.values()];
  }

  add(snapshot: Snapshot): void {
    if (snapshot.phase !== 'measuring') return;
    if (snapshot.machine !== undefined) this.machine = joined(this.machine, snapshot.machine);
    for (const health of snapshot.health) {
      const watched = this.#of(health.worker);
      watched.loopDelay.add(health.loopDelay);
      watched.receiving ||= health.receiving;
      watched.publishing ||= health.publishing;
      watched.peakUtilisation = Math.max(watched.peakUtilisation, health.utilisation);
      countBusy(watched, health.utilisation, snapshot.second);
      addVitals(watched, health);
    }
  }

  #of(worker: string): Watched {
    let watched = this.#workers.get(worker);
    if (watched === undefined) {
      watched = {
        worker,
        loopDelay: new Histogram(256),
        receiving: false,
        publishing: false,
        busySeconds: 0,
        peakUtilisation: 0,
        cpuUs: 0,
        waitedUs: 0,
        gcUs: 0,
        longestGcUs: 0,
        heapShare: 0,
        blockedUs: 0,
        stoodStillUs: 0,
        runSeconds: 0,
        second: Number.NaN,
      };
      this.#workers.set(worker, watched);
    }
    return watched;
  }
}

/** A second that is told in two parts counts once. */
function countBusy(watched: Watched, utilisation: number, second: number): void {
  if (utilisation < busyShare) watched.runSeconds = 0;
  else if (second !== watched.second) watched.runSeconds += 1;
  watched.second = second;
  watched.busySeconds = Math.max(watched.busySeconds, watched.runSeconds);
}

function addVitals(watched: Watched, { vitals, loopDelay }: Health): void {
  watched.cpuUs += vitals.cpuUs;
  watched.waitedUs += vitals.waitedUs;
  watched.gcUs += vitals.gcUs;
  watched.longestGcUs = Math.max(watched.longestGcUs, vitals.longestGcUs);
  watched.heapShare = Math.max(watched.heapShare, vitals.heapShare);
  const delays = new Histogram(256);
  delays.add(loopDelay);
  const unexplainedUs = delays.max - vitals.waitedUs - vitals.longestGcUs;
  // Where the system does not tell CPU time, what was not explained is taken for work.
  const ran = watched.cpuUs === 0 || vitals.cpuUs >= unexplainedUs / 2;
  if (ran) watched.blockedUs = Math.max(watched.blockedUs, unexplainedUs);
  else watched.stoodStillUs = Math.max(watched.stoodStillUs, unexplainedUs);
}

function joined(one: MachineStrain, more: MachineVitals): MachineStrain {
  const elapsedUs = one.elapsedUs + more.elapsedUs;
  const stolenUs = one.stealShare * one.elapsedUs + more.stealShare * more.elapsedUs;
  const larger = (a: number, b: number) => (Math.abs(b) > Math.abs(a) ? b : a);
  return {
    elapsedUs,
    stealShare: elapsedUs > 0 ? stolenUs / elapsedUs : 0,
    memoryStalledUs: one.memoryStalledUs + more.memoryStalledUs,
    clockSetUs: larger(one.clockSetUs, more.clockSetUs),
    sleptUs: larger(one.sleptUs, more.sleptUs),
  };
}
