/** Cost: two comparisons a tick; once a second a walk over the cells. */
import { performance } from 'node:perf_hooks';
import type { Recorder } from '../metrics/recorder.ts';
import type { Health, Phase, Progress, Snapshot } from '../metrics/snapshot.ts';
import { noProgress } from '../metrics/snapshot.ts';

const secondUs = 1_000_000;
const never = Number.POSITIVE_INFINITY;

/** Tells a snapshot for every whole second of the monotonic clock, and one more where the phase of the load changes. */
export class Seconds {
  readonly #recorder: Recorder;
  readonly #health: Omit<Health, 'loopDelay' | 'utilisation'>;
  readonly #tell: (snapshot: Snapshot) => void;
  #phase: Phase = 'connecting';
  #second = 0;
  #utilisation = performance.eventLoopUtilization();
  #progress: Progress = noProgress;
  #startUs = never;
  #toUs = never;
  fromUs = never;
  /** The snapshot of the end has been told. */
  over = false;

  constructor(
    recorder: Recorder,
    health: Omit<Health, 'loopDelay' | 'utilisation'>,
    tell: (snapshot: Snapshot) => void,
  ) {
    this.#recorder = recorder;
    this.#health = health;
    this.#tell = tell;
  }

  /** When the next snapshot is due. */
  get nextUs(): number {
    return Math.min((this.#second + 1) * secondUs, this.#boundaryUs());
  }

  /** When the phase that is being told ends, as far as the clock decides that. */
  #boundaryUs(): number {
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

  /** One more client is ready; `at` now. */
  ramped(atUs: number): void {
    this.#progress = { ...this.#progress, rampToUs: atUs };
  }

  /** `count` brings the recorder up to date before a snapshot is taken. */
  tick(phase: Phase, nowUs: number, lastDueUs: number, count: () => void): void {
    if (this.#second === 0) this.#second = Math.floor(nowUs / secondUs);
    const second = Math.floor(nowUs / secondUs);
    if (second === this.#second && this.#same(phase)) return;
    count();
    this.#advance(Math.min(nowUs, phase === 'measuring' ? nowUs : this.#toUs), lastDueUs);
    if (phase === 'ended') {
      this.#take('ended', this.#second);
      this.over = true;
      return;
    }
    // A second that went by without a tick is told too, empty, so that the seconds of all threads stay in step.
    for (; this.#second < second; this.#second++) this.#take(this.#phase, this.#second);
    // Nothing is left to tell of a phase that ended just when the second began.
    if (!this.#same(phase) && this.#boundaryUs() !== second * secondUs) this.#take(this.#phase, this.#second);
    this.#phase = phase;
  }

  /** Connecting and ready are told in one. */
  #same(phase: Phase): boolean {
    if (phase === 'ready' && this.#phase === 'connecting') this.#phase = 'ready';
    return phase === this.#phase;
  }

  #advance(nowUs: number, lastDueUs: number): void {
    const began = nowUs >= this.fromUs || this.#toUs < this.fromUs;
    const window = began
      ? { windowFromUs: this.fromUs, windowToUs: Math.max(this.fromUs, Math.min(nowUs, this.#toUs)) }
      : {};
    this.#progress = { ...this.#progress, ...window, lastDueUs };
  }

  #take(phase: Phase, second: number): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilisation);
    this.#utilisation = now;
    const health = { ...this.#health, utilisation: Number.isFinite(utilization) ? utilization : 0 };
    this.#tell(this.#recorder.take(phase, second, health, this.#progress));
  }
}
