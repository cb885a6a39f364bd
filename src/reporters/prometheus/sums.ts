import type { CounterName, GaugeName, TimeName } from '../../metrics/catalog.ts';
import { catalog, counterNames, gaugeNames, timeNames } from '../../metrics/catalog.ts';
import { Histogram } from '../../metrics/histogram.ts';
import type { Buckets, Counted, Snapshot } from '../../metrics/snapshot.ts';
import type { PartResult, Result } from '../../verdict/result.ts';
import { family, type Labels, type Sample } from './text-format.ts';

/** Upper bounds of Prometheus' buckets, us: from below what loopback needs to the longest wait that is of interest. */
const boundsUs = [1, 2.5, 5].flatMap((each) => [1e2, 1e3, 1e4, 1e5, 1e6].map((power) => each * power));
const bounds = [...boundsUs, 10e6, 30e6, 60e6].sort((one, other) => one - other);

/** By id, of which there may be as many as clients: no label. */
const uncaused: readonly CounterName[] = ['takeovers'];

/** Counts of values up to each bound, and above the last one; not yet added up. */
type Bins = { readonly counts: number[]; sumUs: number };

type CellSum = {
  readonly labels: Labels;
  readonly counts: Map<CounterName, number>;
  readonly causes: Map<CounterName, Map<string, number>>;
  readonly times: Map<TimeName, Bins>;
  gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** The gauges that it has ever had; a gauge of 0 is not told upwards. */
  readonly gaugesSeen: Set<GaugeName>;
};

/** What a broker saw so far, warm-up included, by group, broker and QoS; a bucket of HdrHistogram goes whole into the bound it reaches. */
export class Sums {
  readonly #cells = new Map<string, CellSum>();
  readonly #scratch: Histogram;
  /** The buckets in which the bounds lie. */
  readonly #lastIndex: readonly number[];

  constructor(subBuckets: 2048 | 256) {
    this.#scratch = new Histogram(subBuckets);
    this.#lastIndex = bounds.map((us) => {
      const one = new Histogram(subBuckets);
      one.record(us);
      return one.buckets()[0] ?? 0;
    });
  }

  add({ cells }: Snapshot): void {
    // A cell that is not told of any more was of a worker that is gone.
    for (const sum of this.#cells.values()) sum.gauges = {};
    for (const { labels, measured, outside, gauges } of cells) {
      const { group, broker, qos } = labels;
      const sum = this.#cell({ group, broker, ...(qos !== undefined && { qos: String(qos) }) });
      this.#count(sum, measured);
      this.#count(sum, outside);
      sum.gauges = gauges;
      for (const name of Object.keys(gauges) as GaugeName[]) sum.gaugesSeen.add(name);
    }
  }

  /** Of a saved run, which knows its groups as wholes. */
  static ofSaved({ groups }: Result): Sums {
    const encoded = Object.values(groups).flatMap((part) => timeNames.flatMap((name) => part[name]?.hdr ?? []));
    const [first] = encoded.slice(0, 1).map((hdr) => Histogram.decode(hdr).subBuckets);
    const sums = new Sums(first === 256 ? 256 : 2048);
    for (const [group, part] of Object.entries(groups)) sums.#count(sums.#cell({ group }), savedCounts(part));
    return sums;
  }

  #cell(labels: Labels): CellSum {
    const key = Object.values(labels).join('\n');
    let sum = this.#cells.get(key);
    if (sum === undefined) {
      sum = { labels, counts: new Map(), causes: new Map(), times: new Map(), gauges: {}, gaugesSeen: new Set() };
      this.#cells.set(key, sum);
    }
    return sum;
  }

  #count(sum: CellSum, { counts, causes, times }: Counted): void {
    for (const [name, n] of Object.entries(counts) as [CounterName, number][]) {
      sum.counts.set(name, (sum.counts.get(name) ?? 0) + n);
    }
    for (const [name, by] of Object.entries(causes) as [CounterName, Record<string, number>][]) {
      const all = sum.causes.get(name) ?? new Map<string, number>();
      sum.causes.set(name, all);
      for (const [cause, n] of Object.entries(by)) all.set(cause, (all.get(cause) ?? 0) + n);
    }
    for (const [name, buckets] of Object.entries(times) as [TimeName, Buckets][]) {
      const bins = sum.times.get(name) ?? { counts: bounds.map(() => 0).concat(0), sumUs: 0 };
      sum.times.set(name, bins);
      this.#sort(bins, buckets);
    }
  }

  #sort(bins: Bins, buckets: Buckets): void {
    let at = 0;
    for (let i = 0; i < buckets.length; i += 2) {
      const index = buckets[i] as number;
      while (at < this.#lastIndex.length && index > (this.#lastIndex[at] as number)) at++;
      bins.counts[at] = (bins.counts[at] as number) + (buckets[i + 1] as number);
    }
    this.#scratch.add(buckets);
    bins.sumUs += this.#scratch.mean * this.#scratch.count;
    this.#scratch.take();
  }

  text(): string {
    const cells = [...this.#cells.values()];
    return [
      ...counterNames.map((name) =>
        family(
          `mqtt_stress_${name}_total`,
          'counter',
          catalog[name].help,
          cells.flatMap((cell) => counterSamples(cell, name)),
        ),
      ),
      ...gaugeNames.map((name) =>
        family(
          `mqtt_stress_${name}`,
          'gauge',
          catalog[name].help,
          cells.flatMap(({ labels, gauges, gaugesSeen }) =>
            gaugesSeen.has(name) ? [{ labels, value: gauges[name] ?? 0 }] : [],
          ),
        ),
      ),
      ...timeNames.map((name) =>
        family(
          `mqtt_stress_${name}_seconds`,
          'histogram',
          catalog[name].help,
          cells.flatMap(({ labels, times }) => histogramSamples(labels, times.get(name))),
        ),
      ),
    ].join('');
  }
}

/**
 * From 0 on, as nothing else shows the first of its kind as an increase: of connections where there is no QoS, of messages where
 * there is one. What has no cause told has none as a label.
 */
function counterSamples({ labels, counts, causes }: CellSum, name: CounterName): Sample[] {
  const all = counts.get(name) ?? 0;
  if (all === 0 && (catalog[name].scope === 'run') === 'qos' in labels) return [];
  const by = uncaused.includes(name) ? [] : [...(causes.get(name) ?? [])];
  const rest = all - by.reduce((sum, [, n]) => sum + n, 0);
  return [
    ...(rest > 0 || by.length === 0 ? [{ labels, value: rest }] : []),
    ...by.map(([cause, value]) => ({ labels: { ...labels, cause }, value })),
  ];
}

function histogramSamples(labels: Labels, bins: Bins | undefined): Sample[] {
  if (bins === undefined) return [];
  let total = 0;
  const buckets = bins.counts.map((n, i) => {
    total += n;
    const le = i < bounds.length ? String((bounds[i] as number) / 1e6) : '+Inf';
    return { labels: { ...labels, le }, value: total, suffix: '_bucket' };
  });
  return [...buckets, { labels, value: bins.sumUs / 1e6, suffix: '_sum' }, { labels, value: total, suffix: '_count' }];
}

function savedCounts(part: PartResult): Counted {
  const counts = counterNames.map((name) => [name, part[name].count + (part.outside[name] ?? 0)] as const);
  const causes = counterNames.flatMap((name) => (part[name].by === undefined ? [] : [[name, part[name].by] as const]));
  const times = timeNames.flatMap((name) => {
    const hdr = part[name]?.hdr;
    return hdr === undefined ? [] : [[name, Histogram.decode(hdr).buckets()] as const];
  });
  return {
    counts: Object.fromEntries(counts),
    causes: Object.fromEntries(causes),
    times: Object.fromEntries(times),
  };
}
