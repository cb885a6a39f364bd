import type { CounterName } from '../metrics/catalog.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import type { Plan, ThresholdPlan } from '../plan/plan.ts';
import { publishes } from '../plan/streams.ts';
import { evaluate, isWorse, type Outcome } from './evaluate.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { Series } from './series.ts';
import { Window } from './window.ts';

const secondUs = 1_000_000;

/** What was found of a threshold while the load was measured; us of the monotonic clock. */
export interface Finding {
  /** The worst window, or what the run so far was when it was stopped. */
  readonly outcome: Outcome;
  /** How many windows there were with data, how many of them failed, and when the worst one began; of the run so far absent. */
  readonly windows?: { readonly judged: number; readonly failed: number; readonly worstUs?: number };
  /** It stopped the load. */
  readonly stoppedUs?: number;
}

/** What the verdict asks of those who watched the run. */
export interface Findings {
  of(threshold: ThresholdPlan): Finding | undefined;
}

/** Judges every second what is not left to the end: thresholds that have a window, or that stop the run. */
export class LiveThresholds implements Findings {
  readonly #plan: Plan;
  readonly #totals: Totals;
  readonly #series: Series;
  readonly #watched: ReadonlyMap<ThresholdPlan, LiveThreshold>;
  #stopped = false;

  constructor(plan: Plan, totals: Totals, series: Series) {
    this.#plan = plan;
    this.#totals = totals;
    this.#series = series;
    const asked = plan.thresholds.filter(({ windowMs, abortOnFail }) => windowMs !== undefined || abortOnFail);
    this.#watched = new Map(asked.map((threshold) => [threshold, new LiveThreshold(threshold, plan.subBuckets)]));
  }

  of(threshold: ThresholdPlan): Finding | undefined {
    return this.#watched.get(threshold)?.finding;
  }

  /** A second that totals and series have already; true: the load must stop now. Only whole seconds of the measured window count. */
  add(snapshot: Snapshot): boolean {
    const { phase, second, tenth, progress } = snapshot;
    const endUs = (second + 1) * secondUs;
    const inside = second * secondUs >= progress.windowFromUs && endUs <= progress.windowToUs;
    if (this.#stopped || this.#watched.size === 0 || phase !== 'measuring' || tenth !== 0 || !inside) return false;
    const sinceUs = endUs - progress.windowFromUs;
    const soFar = this.#soFar(sinceUs / secondUs);
    const failed = [...this.#watched.values()].filter((watched) => watched.second(snapshot, soFar, sinceUs));
    this.#stopped = failed.length > 0 && !this.#over(snapshot);
    if (this.#stopped) for (const watched of failed) watched.stop(endUs);
    return this.#stopped;
  }

  /** A thread that was late tells several seconds at once: rates go by those that are told, not by the clock. */
  #soFar(seconds: number): Figures {
    const figures = figuresOf({ totals: this.#totals, series: this.#series });
    const happened = (name: CounterName, where: Where) => this.#totals.of(name, where)?.inWindow ?? 0;
    return {
      ...figures,
      rate: (name, where) => (name === 'connects' ? figures.rate(name, where) : happened(name, where) / seconds),
    };
  }

  /** With this second the load has come to its own end: there is nothing left to stop. */
  #over({ second, cells, progress }: Snapshot): boolean {
    const { durationMs, groups } = this.#plan;
    if (durationMs !== null && (second + 1) * secondUs >= progress.windowFromUs + durationMs * 1000) return true;
    return groups.some(publishes) && cells.every(({ gauges }) => (gauges.streams_active ?? 0) === 0);
  }
}

/** One threshold that is judged every second. */
class LiveThreshold {
  readonly #threshold: ThresholdPlan;
  readonly #window: Window | undefined;
  #finding: Finding | undefined;
  #last: Outcome = none;

  constructor(threshold: ThresholdPlan, subBuckets: 2048 | 256) {
    const { windowMs, expression } = threshold;
    this.#threshold = threshold;
    if (windowMs === undefined) return;
    this.#window = new Window(windowMs / 1000, expression.metric, expression.where, subBuckets);
    this.#finding = { outcome: none, windows: { judged: 0, failed: 0 } };
  }

  get finding(): Finding | undefined {
    return this.#finding;
  }

  /** True: it failed, and the run must not go on. Where there is no data yet nothing is judged. */
  second(snapshot: Snapshot, soFar: Figures, sinceUs: number): boolean {
    const { expression, afterMs = 0, abortOnFail } = this.#threshold;
    this.#window?.add(snapshot);
    if (sinceUs < afterMs * 1000 || this.#window?.whole === false) return false;
    this.#last = evaluate(expression, this.#window ?? soFar);
    const { value, passed } = this.#last;
    if (value === null) return false;
    if (this.#window !== undefined) this.#note(value, passed, (snapshot.second + 1 - this.#window.seconds) * secondUs);
    return abortOnFail === true && !passed;
  }

  #note(value: number, passed: boolean, fromUs: number): void {
    const { outcome, windows = { judged: 0, failed: 0 } } = this.#finding ?? { outcome: none };
    const worst = outcome.value === null || isWorse(this.#threshold.expression, value, outcome.value);
    this.#finding = {
      outcome: worst ? this.#last : outcome,
      windows: {
        judged: windows.judged + 1,
        failed: windows.failed + Number(!passed),
        worstUs: worst ? fromUs : (windows.worstUs ?? fromUs),
      },
    };
  }

  /** It did: what it was stays what it was, whatever comes in the drain. */
  stop(atUs: number): void {
    this.#finding = { ...this.#finding, outcome: this.#last, stoppedUs: atUs };
  }
}

const none: Outcome = { value: null, passed: false };
