import { Histogram } from '../metrics/histogram.ts';
import type { Snapshot } from '../metrics/snapshot.ts';

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
}

type Watched = { -readonly [K in keyof WorkerStrain]: WorkerStrain[K] } & { runSeconds: number; second: number };

/** What the load threads tell about themselves, kept for the verdict on the generator. */
export class Strain {
  readonly #workers = new Map<string, Watched>();

  get workers(): readonly WorkerStrain[] {
    return [...this.#workers.values()];
  }

  add(snapshot: Snapshot): void {
    if (snapshot.phase !== 'measuring') return;
    for (const health of snapshot.health) {
      const watched = this.#of(health.worker);
      watched.loopDelay.add(health.loopDelay);
      watched.receiving ||= health.receiving;
      watched.publishing ||= health.publishing;
      watched.peakUtilisation = Math.max(watched.peakUtilisation, health.utilisation);
      countBusy(watched, health.utilisation, snapshot.second);
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
