import type { TimeName } from '../metrics/catalog.ts';
import { catalog } from '../metrics/catalog.ts';
import { Histogram } from '../metrics/histogram.ts';
import { decodeSlice, encodeSlice, inSliceBuckets, sliceSubBuckets } from '../metrics/slice-code.ts';
import type { Buckets, Snapshot } from '../metrics/snapshot.ts';
import type { Plan } from '../plan/plan.ts';

/** Times of the measured window second by second, as histograms, so that runs can be compared by their seconds. */
export interface SlicesResult {
  /** How many seconds each slice is long; longer ones in runs of more than half an hour. */
  readonly seconds: number;
  /** In turn from the start of the window; what came while draining is in the last. Base64 of what metrics/slice-code.ts writes. */
  readonly times: Readonly<Partial<Record<TimeName, readonly string[]>>>;
}

/** Those that the rules compare which hold where a scenario has none. */
const always: readonly TimeName[] = ['delivery_time', 'publish_time'];
const mostSlices = 1800;

/** Gathers the slices of a run: a kilobyte or so each, at most 1,800 of each metric, however long the run is. */
export class Slices {
  readonly #subBuckets: 2048 | 256;
  readonly #parts: ReadonlyMap<TimeName, Uint8Array[]>;
  #open = new Map<TimeName, Histogram>();
  #seconds = 1;
  #first: number | undefined;
  #count = 0;

  constructor({ subBuckets, compare = [] }: Plan) {
    this.#subBuckets = subBuckets;
    const asked = compare.map(({ metric }) => metric).filter((metric) => isSliced(metric));
    this.#parts = new Map([...new Set([...always, ...asked])].map((name) => [name, []]));
  }

  add({ phase, second, cells }: Snapshot): void {
    if (phase !== 'measuring' && phase !== 'draining') return;
    if (phase === 'measuring') this.#reach(second);
    if (this.#first === undefined) return;
    for (const { measured } of cells) {
      for (const name of this.#parts.keys()) {
        const buckets = measured.times[name];
        if (buckets !== undefined) this.#record(name, buckets);
      }
    }
  }

  #record(name: TimeName, buckets: Buckets): void {
    const histogram = this.#open.get(name) ?? new Histogram(sliceSubBuckets);
    this.#open.set(name, histogram);
    histogram.add(inSliceBuckets(buckets, this.#subBuckets));
  }

  /** Ends slices until the one that this second belongs to is open. */
  #reach(second: number): void {
    this.#first ??= second;
    while (second - this.#first >= (this.#count + 1) * this.#seconds) {
      this.#close();
      if (this.#count === mostSlices) this.#halve();
    }
  }

  #close(): void {
    for (const [name, parts] of this.#parts) parts.push(encodeSlice(this.#open.get(name)?.buckets() ?? []));
    this.#open = new Map();
    this.#count++;
  }

  /** Each two neighbours become one. */
  #halve(): void {
    for (const parts of this.#parts.values()) {
      const joined = Array.from({ length: mostSlices / 2 }, (_, i) =>
        join(parts[2 * i] as Uint8Array, parts[2 * i + 1] as Uint8Array),
      );
      parts.splice(0, parts.length, ...joined);
    }
    this.#seconds *= 2;
    this.#count = mostSlices / 2;
  }

  /** Undefined where nothing was measured. Metrics without a value are left out. */
  told(): SlicesResult | undefined {
    if (this.#first === undefined) return undefined;
    const all = [...this.#parts].map(([name, parts]) => {
      const last = encodeSlice(this.#open.get(name)?.buckets() ?? []);
      return [name, [...parts, last]] as const;
    });
    const told = all.filter(([, parts]) => parts.some((bytes) => bytes.length > 0));
    const texts = told.map(([name, parts]) => [name, parts.map((bytes) => Buffer.from(bytes).toString('base64'))]);
    return { seconds: this.#seconds, times: Object.fromEntries(texts) };
  }
}

function isSliced(metric: string): metric is TimeName {
  const { kind, scope } = catalog[metric as keyof typeof catalog];
  return kind === 'time' && scope === 'window';
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  const histogram = new Histogram(sliceSubBuckets);
  for (const bytes of [one, other]) histogram.add(decodeSlice(bytes) ?? []);
  return encodeSlice(histogram.buckets());
}
