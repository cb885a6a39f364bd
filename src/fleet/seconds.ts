/** Cost: two comparisons a tick; once a second a walk over the cells. */
import { performance } from 'node:perf_hooks';
import { ThreadWatch } from '../base/vitals.ts';
import type { Recorder } from '../metrics/recorder.ts';
import type { Health, Phase, Progress, Snapshot } from '../metrics/snapshot.ts';
import { noProgress } from '../metrics/snapshot.ts';

const secondUs = 1_000_000;
const tenthUs = 100_000;
const never = Number.POSITIVE_INFINITY;

type Who = Omit<Health, 'loopDelay' | 'utilisation' | 'vitals'>;

/** Under load a snapshot a second; where people wait, for connections or the end, one a tenth. */
function grainUs(phase: Phase): number {
  return phase === 'warmUp' || phase === 'measuring' ? secondUs : tenthUs;
}

/** Tells what happened, cut at whole seconds (or tenths) of the monotonic clock and where the phase of the load changes. */
export class Seconds {
  readonly #recorder: Recorder;
  readonly #health: Who;
  readonly #tell: (snapshot: Snapshot) => void;
  #phase: Phase = 'connecting';
  /** When the part began that is told next; 0: nothing has begun. */
  #partUs = 0;
  #utilisation = performance.eventLoopUtilization();
  readonly #watch = new ThreadWatch();
  #progress: Progress = noProgress;
  #startUs = never;
  #toUs = never;
  fromUs = never;
  /** The snapshot of the end has been told. */
  over = false;

  constructor(recorder: Recorder, health: Who, tell: (snapshot: Snapshot) => void) {
    this.#recorder = recorder;
    this.#health = health;
    this.#tell = tell;
  }

  /** When the next snapshot is due. */
  get nextUs(): number {
    return Math.min(this.#partEndUs(), this.#phaseEndUs());
  }

  #partEndUs(): number {
    const grain = grainUs(this.#phase);
    return (Math.floor(this.#partUs / grain) + 1) * grain;
  }

  /** When the phase that is being told ends, as far as the clock decides that. */
  #phaseEndUs(): number {
    if (this.#phase === 'measuring') return this.#toUs;
    return this.#phase === 'warmUp' ? this.fromUs : this.#phase === 'ready' ? this.#startUs : never;
  }

  /** The load begins at `startUs`, its measured window lasts from `fromUs` to `toUs`. */
  measure(startUs: number, fromUs: number, toUs: number): void {
    this.#startUs = startUs;
    this.fromUs = fromUs;
    this.#toUs = toUs;
    this.#recorder.measure(fromUs, toUs);
  }

  /** The measured window ends at `toUs`, which may have passed. */
  stop(toUs: number): void {
    this.#toUs = toUs;
    this.#recorder.measure(this.fromUs, toUs);
  }

  /** The first client is due to connect. */
  ramping(fromUs: number): void {
    if (this.#progress.rampFromUs === 0) this.#progress = { ...this.#progress, rampFromUs: fromUs };
  }

  /** One more client is connected. */
  ramped(atUs: number): void {
    this.#progress = { ...this.#progress, rampToUs: atUs };
  }

  /** To be called before the work of a tick; `count` brings the recorder up to date before a snapshot is taken. */
  tick(phase: Phase, nowUs: number, lastDueUs: number, count: () => void): void {
    if (this.#partUs === 0) this.#partUs = nowUs;
    // Told in one: two parts of one thread with the same place in time would add up to twice its clients.
    if (phase === 'ready' && this.#phase === 'connecting') this.#phase = 'ready';
    if (phase === this.#phase && nowUs < this.#partEndUs()) return;
    count();
    this.#advance(Math.min(nowUs, phase === 'measuring' ? nowUs : this.#toUs), lastDueUs);
    if (phase === 'ended') {
      // With all that is left: the parts before it keep the gauges that they had before we disconnected.
      this.#phase = phase;
      this.#take(nowUs);
      this.#watch.stop();
      this.over = true;
      return;
    }
    const phaseEndUs = phase === this.#phase ? never : Math.min(this.#phaseEndUs(), nowUs);
    // A part that went by without a tick is told too, empty, so that the gauges of all threads stay in step.
    for (let endUs = this.#partEndUs(); endUs <= Math.min(nowUs, phaseEndUs); endUs = this.#partEndUs())
      this.#take(endUs);
    if (phase === this.#phase) return;
    if (this.#partUs < phaseEndUs) this.#take(phaseEndUs);
    this.#phase = phase;
    for (let endUs = this.#partEndUs(); endUs <= nowUs; endUs = this.#partEndUs()) this.#take(endUs);
  }

  #advance(nowUs: number, lastDueUs: number): void {
    const began = nowUs >= this.fromUs || this.#toUs < this.fromUs;
    const window = began
      ? { windowFromUs: this.fromUs, windowToUs: Math.max(this.fromUs, Math.min(nowUs, this.#toUs)) }
      : {};
    this.#progress = { ...this.#progress, ...window, lastDueUs };
  }

  /** Tells the part that began at #partUs; the next one begins at `endUs`. */
  #take(endUs: number): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilisation);
    this.#utilisation = now;
    const utilisation = Number.isFinite(utilization) ? utilization : 0;
    const health = { ...this.#health, utilisation, vitals: this.#watch.take() };
    const second = Math.floor(this.#partUs / secondUs);
    const tenth = Math.floor((this.#partUs % secondUs) / tenthUs);
    this.#tell(this.#recorder.take(this.#phase, { second, tenth }, health, this.#progress));
    this.#partUs = endUs;
  }
}
