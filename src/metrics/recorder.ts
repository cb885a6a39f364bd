/** Cost: a counter is one addition to a field, a time one histogram record; cells are resolved before the run. */
import { BreakLog } from './breaks.ts';
import type { CounterName, GaugeName, TimeName } from './catalog.ts';
import { counterNames, gaugeNames, timeNames } from './catalog.ts';
import { Histogram } from './histogram.ts';
import type {
  Absence,
  CellSnapshot,
  Counted,
  Health,
  Labels,
  Phase,
  Progress,
  RunEvent,
  Snapshot,
} from './snapshot.ts';
import type { Tenure } from './takeovers.ts';

type SubBuckets = 2048 | 256;

/** A time whose histogram is made when the first value comes. */
class Time {
  readonly #subBuckets: SubBuckets;
  #histogram: Histogram | null = null;

  constructor(subBuckets: SubBuckets) {
    this.#subBuckets = subBuckets;
  }

  record(us: number): void {
    this.#histogram ??= new Histogram(this.#subBuckets);
    this.#histogram.record(us);
  }

  take(): number[] | undefined {
    return this.#histogram === null || this.#histogram.count === 0 ? undefined : this.#histogram.take();
  }
}

/** Counts and times of one cell and window since the last snapshot. */
export class Tally {
  readonly counts = zeros(counterNames);
  readonly times: Record<TimeName, Time>;
  /** Of what was due in the measured window. */
  readonly measured: boolean;
  #causes = new Map<CounterName, Map<string, number>>();

  constructor(subBuckets: SubBuckets, measured: boolean) {
    this.measured = measured;
    this.times = record(timeNames, () => new Time(subBuckets));
  }

  /** Counts one, and remembers why. */
  cause(counter: CounterName, cause: string, count = 1): void {
    this.counts[counter] += count;
    let causes = this.#causes.get(counter);
    if (causes === undefined) {
      causes = new Map();
      this.#causes.set(counter, causes);
    }
    causes.set(cause, (causes.get(cause) ?? 0) + count);
  }

  take(): Counted {
    const counts: Partial<Record<CounterName, number>> = {};
    for (const name of counterNames) {
      if (this.counts[name] === 0) continue;
      counts[name] = this.counts[name];
      this.counts[name] = 0;
    }
    const times: Partial<Record<TimeName, number[]>> = {};
    for (const name of timeNames) {
      const buckets = this.times[name].take();
      if (buckets !== undefined) times[name] = buckets;
    }
    const causes: Partial<Record<CounterName, Record<string, number>>> = {};
    for (const [counter, by] of this.#causes) causes[counter] = Object.fromEntries(by);
    this.#causes.clear();
    return { counts, causes, times };
  }
}

/** Where one set of labels is counted; taken once, before the run, and held by whoever counts. */
export class Cell {
  readonly labels: Labels;
  readonly gauges: Record<GaugeName, number> = zeros(gaugeNames);
  /** For metrics of scope `run`, and for what was due in the measured window. */
  readonly run: Tally;
  readonly breaks = new BreakLog();
  #tenures: Tenure[] = [];
  #repeated: string[] = [];
  readonly #outside: Tally;
  #fromUs = Number.POSITIVE_INFINITY;
  #toUs = Number.POSITIVE_INFINITY;

  constructor(labels: Labels, subBuckets: SubBuckets) {
    this.labels = labels;
    this.run = new Tally(subBuckets, true);
    this.#outside = new Tally(subBuckets, false);
  }

  /** The tally of the window in which `us`, a due time, lies. */
  at(us: number): Tally {
    return us >= this.#fromUs && us < this.#toUs ? this.run : this.#outside;
  }

  measure(fromUs: number, toUs: number): void {
    this.#fromUs = fromUs;
    this.#toUs = toUs;
  }

  /** A connection of a client that shares its id, at its beginning or end. */
  tenure(tenure: Tenure): void {
    this.#tenures.push(tenure);
  }

  /** The connection of a client ended without a word, not for the first time. */
  endedAgain(clientId: string): void {
    this.#repeated.push(clientId);
  }

  take(): CellSnapshot {
    const gauges: Partial<Record<GaugeName, number>> = {};
    for (const name of gaugeNames) if (this.gauges[name] !== 0) gauges[name] = this.gauges[name];
    const breaks = this.breaks.take();
    const tenures = this.#tenures;
    if (tenures.length > 0) this.#tenures = [];
    const repeated = this.#repeated;
    if (repeated.length > 0) this.#repeated = [];
    return {
      labels: this.labels,
      measured: this.run.take(),
      outside: this.#outside.take(),
      gauges,
      ...(breaks && { breaks }),
      ...(tenures.length > 0 && { tenures }),
      ...(repeated.length > 0 && { repeated }),
    };
  }
}

/** Everything that one thread counts. */
export class Recorder {
  readonly #subBuckets: SubBuckets;
  readonly #cells = new Map<string, Cell>();
  readonly #loopDelay: Histogram;
  #fromUs = Number.POSITIVE_INFINITY;
  #toUs = Number.POSITIVE_INFINITY;
  #absent: Absence[] = [];
  #events: RunEvent[] = [];

  constructor(subBuckets: SubBuckets) {
    this.#subBuckets = subBuckets;
    this.#loopDelay = new Histogram(256);
  }

  cell(labels: Labels): Cell {
    const key = `${labels.group}\n${labels.broker}\n${labels.qos ?? ''}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = new Cell(labels, this.#subBuckets);
      cell.measure(this.#fromUs, this.#toUs);
      this.#cells.set(key, cell);
    }
    return cell;
  }

  /** The measured window, by due time: from <= due < to. */
  measure(fromUs: number, toUs: number): void {
    this.#fromUs = fromUs;
    this.#toUs = toUs;
    for (const cell of this.#cells.values()) cell.measure(fromUs, toUs);
  }

  loopDelay(us: number): void {
    this.#loopDelay.record(us);
  }

  absent(absence: Absence): void {
    this.#absent.push(absence);
  }

  event(atUs: number, text: string): void {
    this.#events.push({ atUs, text });
  }

  /** What came since the last one, told as of the time that began with `tenth` of `second`. */
  take(
    phase: Phase,
    { second, tenth }: Pick<Snapshot, 'second' | 'tenth'>,
    health: Omit<Health, 'loopDelay'>,
    progress: Progress,
  ): Snapshot {
    const cells: CellSnapshot[] = [];
    for (const cell of this.#cells.values()) cells.push(cell.take());
    const snapshot: Snapshot = {
      phase,
      second,
      tenth,
      cells,
      health: [{ ...health, loopDelay: this.#loopDelay.take() }],
      lost: [],
      absent: this.#absent,
      events: this.#events,
      progress,
    };
    this.#absent = [];
    this.#events = [];
    return snapshot;
  }
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return record(names, () => 0);
}

function record<K extends string, V>(names: readonly K[], value: () => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value()])) as Record<K, V>;
}
