import { BreakSums } from './breaks.ts';
import type { CounterName, GaugeName, MetricName, TimeName } from './catalog.ts';
import { catalog } from './catalog.ts';
import { Histogram } from './histogram.ts';
import type {
  Absence,
  CellSnapshot,
  Counted,
  Evidence,
  Health,
  Labels,
  Lost,
  Phase,
  Progress,
  RunEvent,
  Snapshot,
  Violation,
} from './snapshot.ts';
import { examplesKept, joinProgress, noProgress } from './snapshot.ts';
import { RepeatedEndings } from './takeovers.ts';

/** One metric over some cells. Times in us; of a counter or gauge only count, inWindow and ratePerSecond mean anything. */
export interface Summary {
  /** Counter: by due time in the measured window; time: values; gauge: the sum now. */
  readonly count: number;
  /** Events that happened in the measured window. */
  readonly inWindow: number;
  /** inWindow divided by the seconds that the window has lasted so far; of connects, over the ramp. */
  readonly ratePerSecond: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** 0 to 100. */
  percentile(p: number): number;
}

/** Where a metric is asked for: labels that are not given match all cells; `qos: undefined` is not a label. */
export type Where = Partial<Labels>;

export function matches(labels: Labels, where: Where): boolean {
  return (
    (where.group === undefined || where.group === labels.group) &&
    (where.broker === undefined || where.broker === labels.broker) &&
    (where.qos === undefined || where.qos === labels.qos)
  );
}

type CellTotals = {
  readonly labels: Labels;
  readonly counts: Map<CounterName, number>;
  readonly outside: Map<CounterName, number>;
  readonly inWindow: Map<CounterName, number>;
  readonly causes: Map<CounterName, Map<string, number>>;
  readonly times: Map<TimeName, Histogram>;
  gauges: Readonly<Partial<Record<GaugeName, number>>>;
};

const shortestWindowS = 0.05;

/** The run so far, second after second: counts and buckets add, gauges are replaced. */
export class Totals {
  readonly breaks = new BreakSums();
  readonly repeated = new RepeatedEndings();
  readonly #subBuckets: 2048 | 256;
  readonly #cells = new Map<string, CellTotals>();
  #phase: Phase = 'connecting';
  #started = false;
  #health: readonly Health[] = [];
  #lost: Lost[] = [];
  #absent: Absence[] = [];
  #events: RunEvent[] = [];
  #progress: Progress = noProgress;
  #evidence: Evidence | undefined;

  constructor(subBuckets: 2048 | 256) {
    this.#subBuckets = subBuckets;
  }

  get phase(): Phase {
    return this.#phase;
  }
  /** True once the load has begun. */
  get started(): boolean {
    return this.#started;
  }
  /** Of the last second. */
  get health(): readonly Health[] {
    return this.#health;
  }
  get lost(): readonly Lost[] {
    return this.#lost;
  }
  get absent(): readonly Absence[] {
    return this.#absent;
  }
  get events(): readonly RunEvent[] {
    return this.#events;
  }
  get progress(): Progress {
    return this.#progress;
  }
  /** Of the end of the run. */
  get evidence(): Evidence | undefined {
    return this.#evidence;
  }
  /** How long the measured window has lasted so far. */
  get measuredSeconds(): number {
    return Math.max(0, this.#progress.windowToUs - this.#progress.windowFromUs) / 1e6;
  }
  /** Of a window shorter than the clock's grain under load no rate can be told. */
  get tellsRates(): boolean {
    return this.measuredSeconds >= shortestWindowS;
  }
  get rampSeconds(): number {
    return Math.max(0, this.#progress.rampToUs - this.#progress.rampFromUs) / 1e6;
  }

  add(snapshot: Snapshot): void {
    this.#phase = snapshot.phase;
    if (snapshot.phase === 'warmUp' || snapshot.phase === 'measuring') this.#started = true;
    this.#health = snapshot.health;
    this.#lost.push(...snapshot.lost);
    this.#absent.push(...snapshot.absent);
    this.#events.push(...snapshot.events);
    this.#evidence = snapshot.evidence;
    this.#progress = latest(this.#progress, snapshot.progress);
    // A cell that is not told of any more was of a worker that is gone.
    for (const sum of this.#cells.values()) sum.gauges = {};
    for (const cell of snapshot.cells) this.#addCell(cell, snapshot.phase === 'measuring');
  }

  #addCell(cell: CellSnapshot, inWindow: boolean): void {
    const key = keyOf(cell.labels);
    let sum = this.#cells.get(key);
    if (sum === undefined) {
      sum = {
        labels: cell.labels,
        counts: new Map(),
        outside: new Map(),
        inWindow: new Map(),
        causes: new Map(),
        times: new Map(),
        gauges: {},
      };
      this.#cells.set(key, sum);
    }
    this.#addMeasured(sum, cell.measured);
    addCounts(sum.outside, cell.outside);
    if (inWindow) {
      addCounts(sum.inWindow, cell.measured);
      addCounts(sum.inWindow, cell.outside);
    }
    sum.gauges = cell.gauges;
    if (cell.breaks !== undefined) this.breaks.add(cell.labels.broker, cell.breaks);
    for (const clientId of cell.repeated ?? []) this.repeated.add(cell.labels.broker, clientId);
  }

  /** What turned out at the end to be otherwise than it was counted: differences, all of them of what was due in the window. */
  amend(labels: Labels, difference: Counted, violations: readonly Violation[]): void {
    const known = this.#evidence?.violations ?? [];
    const told = known.filter(({ kind }) => kind === violations[0]?.kind).length;
    const more = violations.slice(0, Math.max(0, examplesKept - told));
    this.#evidence = { ...this.#evidence, violations: [...known, ...more] };
    const { gauges = {} } = this.#cells.get(keyOf(labels)) ?? {};
    this.#addCell({ labels, measured: difference, outside: none, gauges }, true);
  }

  #addMeasured(sum: CellTotals, measured: Counted): void {
    addCounts(sum.counts, measured);
    for (const [counter, by] of Object.entries(measured.causes)) {
      const causes = sum.causes.get(counter as CounterName) ?? new Map<string, number>();
      sum.causes.set(counter as CounterName, causes);
      for (const [cause, count] of Object.entries(by)) causes.set(cause, (causes.get(cause) ?? 0) + count);
    }
    for (const [name, buckets] of Object.entries(measured.times)) {
      let histogram = sum.times.get(name as TimeName);
      if (histogram === undefined) {
        histogram = new Histogram(this.#subBuckets);
        sum.times.set(name as TimeName, histogram);
      }
      histogram.add(buckets);
    }
  }

  #matching(where: Where): CellTotals[] {
    return [...this.#cells.values()].filter(({ labels }) => matches(labels, where));
  }

  /** Whether anything is counted there; everywhere: always. */
  has(where: Where): boolean {
    return Object.keys(where).length === 0 || this.#matching(where).length > 0;
  }

  cells(): readonly Labels[] {
    return [...this.#cells.values()].map((cell) => cell.labels);
  }

  /** Undefined: a time without a value, or a settled metric (see verdict/). Counters and gauges always have one. */
  of(metric: MetricName, where: Where = {}): Summary | undefined {
    const { kind } = catalog[metric];
    if (kind === 'time') {
      const histogram = this.histogram(metric as TimeName, where);
      return histogram === undefined ? undefined : timeSummary(histogram);
    }
    if (kind === 'counter') return this.#counter(metric as CounterName, where);
    if (kind === 'gauge')
      return flat(
        sum(this.#matching(where), (cell) => cell.gauges[metric as GaugeName] ?? 0),
        0,
        0,
      );
    return undefined;
  }

  #counter(counter: CounterName, where: Where): Summary {
    const cells = this.#matching(where);
    const count = sum(cells, (cell) => cell.counts.get(counter) ?? 0);
    const inWindow = sum(cells, (cell) => cell.inWindow.get(counter) ?? 0);
    if (counter === 'connects') {
      const again = sum(cells, (cell) => cell.counts.get('reconnects') ?? 0);
      return flat(count, inWindow, this.rampSeconds > 0 ? (count - again) / this.rampSeconds : 0);
    }
    return flat(count, inWindow, this.tellsRates ? inWindow / this.measuredSeconds : 0);
  }

  /** What was due in warm-up or after the end. */
  outside(counter: CounterName, where: Where = {}): number {
    return sum(this.#matching(where), (cell) => cell.outside.get(counter) ?? 0);
  }

  causes(counter: CounterName, where: Where = {}): Record<string, number> {
    const all: Record<string, number> = {};
    for (const cell of this.#matching(where)) {
      for (const [cause, count] of cell.causes.get(counter) ?? []) all[cause] = (all[cause] ?? 0) + count;
    }
    return all;
  }

  /** All values of the matching cells in one histogram: percentiles are taken from merged buckets, never averaged. */
  histogram(time: TimeName, where: Where = {}): Histogram | undefined {
    const parts = this.#matching(where).flatMap((cell) => cell.times.get(time) ?? []);
    if (parts.length <= 1) return parts[0];
    const merged = new Histogram(this.#subBuckets);
    for (const part of parts) merged.add(part.buckets());
    return merged;
  }
}

const none: Counted = { counts: {}, causes: {}, times: {} };

function keyOf({ group, broker, qos }: Labels): string {
  return `${group}\n${broker}\n${qos ?? ''}`;
}

function addCounts(into: Map<CounterName, number>, counted: Counted): void {
  for (const [name, count] of Object.entries(counted.counts)) {
    into.set(name as CounterName, (into.get(name as CounterName) ?? 0) + count);
  }
}

/** A window that was cut short ends earlier than was told before: what is told last holds, where it is told. */
function latest(before: Progress, now: Progress): Progress {
  const joined = joinProgress(before, now);
  return now.windowToUs === 0 ? joined : { ...joined, windowFromUs: now.windowFromUs, windowToUs: now.windowToUs };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += value(item);
  return total;
}

function flat(count: number, inWindow: number, ratePerSecond: number): Summary {
  return { count, inWindow, ratePerSecond, min: count, max: count, mean: count, percentile: () => count };
}

function timeSummary(histogram: Histogram): Summary {
  return {
    count: histogram.count,
    inWindow: histogram.count,
    ratePerSecond: 0,
    min: histogram.min,
    max: histogram.max,
    mean: histogram.mean,
    percentile: (p) => histogram.percentile(p),
  };
}
