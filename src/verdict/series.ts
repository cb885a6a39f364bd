import type { CounterName, GaugeName, TimeName } from '../metrics/catalog.ts';
import { gaugeNames } from '../metrics/catalog.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { CellSnapshot, Counted, Labels, Phase, Snapshot } from '../metrics/snapshot.ts';
import type { Plan } from '../plan/plan.ts';
import { GaugeRanges, watchedLabels } from './gauges.ts';
import type { GaugeResult, SeriesCounts, SeriesEntry } from './result.ts';
import { SecondsLog } from './seconds-log.ts';
import { Slices } from './slices.ts';
import { Strain } from './strain.ts';

const mostGroups = 20;

type Second = { readonly second: number; readonly phase: Phase; readonly parts: ReadonlyMap<string, PartSecond> };

/** The run second by second, by event time; a second in which the phase changes has one entry for each phase. */
export class Series {
  readonly strain = new Strain();
  readonly slices: Slices;
  readonly #subBuckets: 2048 | 256;
  readonly #groups: readonly string[];
  readonly #gauges: GaugeRanges;
  readonly #log = new SecondsLog();
  readonly #lastReceipt = new Map<string, number>();
  #open: Second | null = null;
  #drainEnd = Number.NEGATIVE_INFINITY;

  constructor(plan: Plan) {
    this.#subBuckets = plan.subBuckets;
    this.slices = new Slices(plan);
    this.#groups = plan.groups.length <= mostGroups ? plan.groups.map((group) => group.name) : [];
    this.#gauges = new GaugeRanges(watchedLabels(plan));
  }

  add(snapshot: Snapshot): void {
    this.strain.add(snapshot);
    this.slices.add(snapshot);
    this.#gauges.add(snapshot);
    this.#noteReceipts(snapshot);
    const open = this.#openFor(snapshot);
    for (const cell of snapshot.cells) {
      open.parts.get('')?.add(cell);
      open.parts.get(`group ${cell.labels.group}`)?.add(cell);
    }
    for (const part of open.parts.values()) part.gauges = {};
    for (const cell of snapshot.cells) {
      open.parts.get('')?.gauge(cell);
      open.parts.get(`group ${cell.labels.group}`)?.gauge(cell);
    }
  }

  /** From when times of the result count, us: the start of the load; where it did not start, the first second told. */
  originUs(startUs: number | undefined): number {
    this.#close();
    return startUs ?? (this.#log.first ?? 0) * 1_000_000;
  }

  entries(startUs: number | undefined): readonly SeriesEntry[] {
    const originMs = this.originUs(startUs) / 1000;
    return this.#log.read().map(({ second, phase, whole, groups }) => ({
      t: Math.round(second * 1000 - originMs),
      phase,
      ...whole,
      ...(groups.length > 0 && { groups: Object.fromEntries(groups.map((group, i) => [this.#groups[i], group])) }),
    }));
  }

  /** min and max over the measured window (without one, over the run), last before our own disconnecting. */
  gauge(name: GaugeName, where: Partial<Labels>): GaugeResult {
    return this.#gauges.of(name, where);
  }

  /** Whether messages of the run still came to the group on that broker when the drain ended: then what is missing may be on its way. */
  arrivedAtTheEnd({ group, broker }: Labels): boolean {
    return (this.#lastReceipt.get(`${group}\n${broker}`) ?? Number.NEGATIVE_INFINITY) > this.#drainEnd - 10;
  }

  #noteReceipts(snapshot: Snapshot): void {
    if (snapshot.phase !== 'draining') return;
    const tenths = snapshot.second * 10 + snapshot.tenth;
    this.#drainEnd = tenths;
    for (const { labels, measured, outside } of snapshot.cells) {
      const received = (measured.counts.messages_received ?? 0) + (outside.counts.messages_received ?? 0);
      if (received > 0) this.#lastReceipt.set(`${labels.group}\n${labels.broker}`, tenths);
    }
  }

  #openFor({ second, phase }: Snapshot): Second {
    if (this.#open !== null && this.#open.second === second && this.#open.phase === phase) return this.#open;
    this.#close();
    const keys = ['', ...this.#groups.map((group) => `group ${group}`)];
    this.#open = { second, phase, parts: new Map(keys.map((key) => [key, new PartSecond(this.#subBuckets)])) };
    return this.#open;
  }

  #close(): void {
    if (this.#open === null) return;
    const { second, phase, parts } = this.#open;
    const told = (key: string) => parts.get(key)?.close() ?? empty;
    this.#log.add({ second, phase, whole: told(''), groups: this.#groups.map((group) => told(`group ${group}`)) });
    this.#open = null;
  }
}

const empty: SeriesCounts = { counts: {}, times: {}, gauges: {} };

/** One second of one part, until it is told as numbers. */
class PartSecond {
  readonly #subBuckets: 2048 | 256;
  readonly #counts: Partial<Record<CounterName, number>> = {};
  readonly #times = new Map<TimeName, Histogram>();
  gauges: Partial<Record<GaugeName, number>> = {};

  constructor(subBuckets: 2048 | 256) {
    this.#subBuckets = subBuckets;
  }

  add(cell: CellSnapshot): void {
    this.#count(cell.measured);
    this.#count(cell.outside);
  }

  gauge(cell: CellSnapshot): void {
    for (const name of gaugeNames) {
      const value = cell.gauges[name];
      if (value !== undefined) this.gauges[name] = (this.gauges[name] ?? 0) + value;
    }
  }

  #count({ counts, times }: Counted): void {
    for (const [name, count] of Object.entries(counts) as [CounterName, number][]) {
      this.#counts[name] = (this.#counts[name] ?? 0) + count;
    }
    for (const [name, buckets] of Object.entries(times) as [TimeName, number[]][]) {
      let histogram = this.#times.get(name);
      if (histogram === undefined) {
        histogram = new Histogram(this.#subBuckets);
        this.#times.set(name, histogram);
      }
      histogram.add(buckets);
    }
  }

  close(): SeriesCounts {
    const times: Partial<Record<TimeName, { count: number; p50: number; p99: number; max: number }>> = {};
    for (const [name, histogram] of this.#times) {
      times[name] = {
        count: histogram.count,
        p50: histogram.percentile(50) / 1000,
        p99: histogram.percentile(99) / 1000,
        max: histogram.max / 1000,
      };
    }
    return { counts: this.#counts, times, gauges: this.gauges };
  }
}
