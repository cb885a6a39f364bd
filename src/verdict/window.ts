import type { CounterName, GaugeName, MetricName, TimeName } from '../metrics/catalog.ts';
import { Histogram } from '../metrics/histogram.ts';
import { shareBases } from '../metrics/shares.ts';
import type { Buckets, CellSnapshot, Labels, Snapshot } from '../metrics/snapshot.ts';
import { matches, type Where } from '../metrics/totals.ts';
import type { Figures } from './figures.ts';
import type { GaugeResult } from './result.ts';

type Counts = Readonly<Record<string, number>>;

/** As much of one second as the threshold asks for. */
type Second = {
  /** `happened`: whenever it was due. */
  readonly cells: readonly { readonly labels: Labels; readonly counts: Counts; readonly happened: Counts }[];
  /** Of all cells together. */
  readonly buckets: Buckets;
  readonly gauge: number;
};

/**
 * The last seconds of one metric in one part of the run, by when things happened: what a threshold with `window` is asked of.
 * Cost a second: a walk over the cells of that part, and for times one over the buckets of the window.
 */
export class Window implements Figures {
  readonly seconds: number;
  readonly #metric: MetricName;
  readonly #counters: readonly CounterName[];
  readonly #where: Where;
  readonly #subBuckets: 2048 | 256;
  #kept: Second[] = [];
  #last: number | undefined;

  constructor(seconds: number, metric: MetricName, where: Where, subBuckets: 2048 | 256) {
    this.seconds = seconds;
    this.#metric = metric;
    this.#counters = [metric as CounterName, ...(shareBases[metric]?.of ?? [])];
    this.#where = where;
    this.#subBuckets = subBuckets;
  }

  /** True once it has all its seconds. */
  get whole(): boolean {
    return this.#kept.length === this.seconds;
  }

  /** One whole second; where one is missing between it and the last, the window begins anew. */
  add({ second, cells }: Pick<Snapshot, 'second' | 'cells'>): void {
    if (this.#last !== undefined && second !== this.#last + 1) this.#kept = [];
    this.#last = second;
    if (this.whole) this.#kept.shift();
    this.#kept.push(this.#reduced(cells.filter(({ labels }) => matches(labels, this.#where))));
  }

  #reduced(cells: readonly CellSnapshot[]): Second {
    const pick = (value: (name: CounterName) => number): Counts =>
      Object.fromEntries(this.#counters.map((name) => [name, value(name)]));
    return {
      cells: cells.map(({ labels, measured, outside }) => ({
        labels,
        counts: pick((name) => measured.counts[name] ?? 0),
        happened: pick((name) => (measured.counts[name] ?? 0) + (outside.counts[name] ?? 0)),
      })),
      buckets: this.#merged(cells.map(({ measured }) => measured.times[this.#metric as TimeName] ?? [])).buckets(),
      gauge: cells.reduce((sum, { gauges }) => sum + (gauges[this.#metric as GaugeName] ?? 0), 0),
    };
  }

  #merged(parts: readonly Buckets[]): Histogram {
    const merged = new Histogram(this.#subBuckets);
    for (const buckets of parts) merged.add(buckets);
    return merged;
  }

  time(): Histogram {
    return this.#merged(this.#kept.map(({ buckets }) => buckets));
  }

  count(name: CounterName, where: Where): number | undefined {
    return this.#sum(where, ({ counts }) => counts[name] ?? 0);
  }

  rate(name: CounterName, where: Where): number | undefined {
    const happened = this.#sum(where, ({ happened }) => happened[name] ?? 0);
    return happened === undefined ? undefined : happened / this.seconds;
  }

  #sum(where: Where, value: (cell: Second['cells'][number]) => number): number | undefined {
    const cells = this.#kept.flatMap((second) => second.cells.filter(({ labels }) => matches(labels, where)));
    return cells.length === 0 ? undefined : cells.reduce((sum, cell) => sum + value(cell), 0);
  }

  /** At the ends of its seconds. */
  gauge(): GaugeResult {
    const values = this.#kept.map(({ gauge }) => gauge);
    return { last: values.at(-1) ?? 0, min: Math.min(...values), max: Math.max(...values) };
  }

  settled(): undefined {
    return undefined;
  }
}
