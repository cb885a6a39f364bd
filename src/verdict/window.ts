import type { CounterName, GaugeName, MetricName, TimeName } from '../metrics/catalog.ts';
import { Histogram } from '../metrics/histogram.ts';
import { shareBases } from '../metrics/shares.ts';
import type { Buckets, CellSnapshot, Labels, Snapshot } from '../metrics/snapshot.ts';
import { matches, type Where } from '../metrics/totals.ts';
import type { Figures } from './figures.ts';
import type { GaugeResult } from './result.ts';

/** As much of one cell in one second as the threshold asks for. */
type CellSecond = {
  readonly labels: Labels;
  readonly counts: Readonly<Record<string, number>>;
  /** Whenever it was due. */
  readonly happened: Readonly<Record<string, number>>;
  readonly buckets: Buckets | undefined;
  readonly gauge: number;
};

/** The last seconds of one metric in one part of the run, by when things happened: what a threshold with `window` is asked of. */
export class Window implements Figures {
  readonly seconds: number;
  readonly #metric: MetricName;
  readonly #counters: readonly CounterName[];
  readonly #where: Where;
  readonly #subBuckets: 2048 | 256;
  #kept: (readonly CellSecond[])[] = [];
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
    this.#kept.push(cells.filter(({ labels }) => matches(labels, this.#where)).map((cell) => this.#reduced(cell)));
  }

  #reduced({ labels, measured, outside, gauges }: CellSnapshot): CellSecond {
    const pick = (value: (name: CounterName) => number) =>
      Object.fromEntries(this.#counters.map((name) => [name, value(name)]));
    return {
      labels,
      counts: pick((name) => measured.counts[name] ?? 0),
      happened: pick((name) => (measured.counts[name] ?? 0) + (outside.counts[name] ?? 0)),
      buckets: measured.times[this.#metric as TimeName],
      gauge: gauges[this.#metric as GaugeName] ?? 0,
    };
  }

  #matching(where: Where): CellSecond[] {
    return this.#kept.flatMap((cells) => cells.filter(({ labels }) => matches(labels, where)));
  }

  time(_name: TimeName, where: Where): Histogram | undefined {
    const merged = new Histogram(this.#subBuckets);
    for (const { buckets } of this.#matching(where)) if (buckets !== undefined) merged.add(buckets);
    return merged;
  }

  count(name: CounterName, where: Where): number | undefined {
    const cells = this.#matching(where);
    return cells.length === 0 ? undefined : cells.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);
  }

  rate(name: CounterName, where: Where): number | undefined {
    const cells = this.#matching(where);
    if (cells.length === 0) return undefined;
    return cells.reduce((sum, { happened }) => sum + (happened[name] ?? 0), 0) / this.seconds;
  }

  /** At the ends of its seconds. */
  gauge(_name: GaugeName, where: Where): GaugeResult | undefined {
    const values = this.#kept.map((cells) =>
      cells.filter(({ labels }) => matches(labels, where)).reduce((sum, { gauge }) => sum + gauge, 0),
    );
    return { last: values.at(-1) ?? 0, min: Math.min(...values), max: Math.max(...values) };
  }

  settled(): undefined {
    return undefined;
  }
}
