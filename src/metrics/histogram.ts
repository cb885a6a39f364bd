/** Cost: about 8 ns a record, no allocation but the growth of one typed array. */
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type JsHistogram } from 'hdr-histogram-js';
import type { Buckets } from './snapshot.ts';

const maxUs = 2 ** 42;

/**
 * Microseconds counted in HdrHistogram's bucket layout (http://hdrhistogram.org): `subBuckets` linear ones, then each power
 * of two split into half as many. Relative error below 1 / (subBuckets / 2). Merging is adding counts.
 */
export class Histogram {
  readonly subBuckets: number;
  #counts: Float64Array;
  #lowest = Number.POSITIVE_INFINITY;
  #highest = -1;
  #halfBits: number;
  #count = 0;

  constructor(subBuckets: 2048 | 256) {
    this.subBuckets = subBuckets;
    this.#halfBits = subBuckets === 2048 ? 10 : 7;
    this.#counts = new Float64Array(subBuckets);
  }

  get count(): number {
    return this.#count;
  }

  /** Values below 0 count as 0: a clock read in another thread may be a microsecond behind. */
  record(us: number): void {
    const value = us > 0 ? Math.min(us, maxUs) : 0;
    this.#add(this.#indexOf(value), 1);
  }

  #add(index: number, count: number): void {
    if (index >= this.#counts.length) this.#grow(index);
    this.#counts[index] = (this.#counts[index] as number) + count;
    this.#count += count;
    if (index < this.#lowest) this.#lowest = index;
    if (index > this.#highest) this.#highest = index;
  }

  #grow(index: number): void {
    const half = this.subBuckets / 2;
    const larger = new Float64Array((Math.floor(index / half) + 3) * half);
    larger.set(this.#counts);
    this.#counts = larger;
  }

  /** Above 2^31 the shift is done by division, because JavaScript's shifts are of 32 bits. */
  #indexOf(us: number): number {
    const half = 1 << this.#halfBits;
    if (us < 2 * half) return us | 0;
    let shift = 0;
    let value = us;
    if (us >= 2 ** 31) {
      value = Math.floor(us / 65536);
      shift = 16;
    }
    const more = 31 - this.#halfBits - Math.clz32(value);
    if (more > 0) {
      value >>>= more;
      shift += more;
    }
    return shift * half + value;
  }

  /** The lowest value that the bucket holds, and how many values it holds. */
  #bucket(index: number): { from: number; width: number } {
    const half = 1 << this.#halfBits;
    if (index < 2 * half) return { from: index, width: 1 };
    const shift = Math.floor(index / half) - 1;
    const width = 2 ** shift;
    return { from: (index - shift * half) * width, width };
  }

  #top(index: number): number {
    const { from, width } = this.#bucket(index);
    return from + width - 1;
  }

  get min(): number {
    return this.#count === 0 ? 0 : this.#bucket(this.#lowest).from;
  }

  /** The highest value that the highest bucket stands for, as HdrHistogram tells it. */
  get max(): number {
    return this.#count === 0 ? 0 : this.#top(this.#highest);
  }

  get mean(): number {
    if (this.#count === 0) return 0;
    let sum = 0;
    for (let i = this.#lowest; i <= this.#highest; i++) {
      const n = this.#counts[i] as number;
      if (n === 0) continue;
      const { from, width } = this.#bucket(i);
      sum += n * (from + Math.floor(width / 2));
    }
    return sum / this.#count;
  }

  /** `p` 0 to 100; the highest value equivalent to the one at that rank. 0 where there is none. */
  percentile(p: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil((Math.min(p, 100) / 100) * this.#count - 1e-9));
    let seen = 0;
    for (let i = this.#lowest; i <= this.#highest; i++) {
      seen += this.#counts[i] as number;
      if (seen >= rank) return this.#top(i);
    }
    return this.max;
  }

  /** Values in buckets that begin above `us`. */
  countAbove(us: number): number {
    let above = 0;
    for (let i = Math.max(this.#lowest, this.#indexOf(us) + 1); i <= this.#highest; i++) {
      above += this.#counts[i] as number;
    }
    return above;
  }

  add(buckets: Buckets): void {
    for (let i = 0; i < buckets.length; i += 2) this.#add(buckets[i] as number, buckets[i + 1] as number);
  }

  /** Adds all values of another, which may have the other layout: of those the lowest value of each bucket. */
  merge(other: Histogram): void {
    const pairs = other.buckets();
    for (let i = 0; i < pairs.length; i += 2) {
      this.#add(this.#indexOf(other.#bucket(pairs[i] as number).from), pairs[i + 1] as number);
    }
  }

  buckets(): number[] {
    const pairs: number[] = [];
    for (let i = this.#lowest; i <= this.#highest; i++) {
      const n = this.#counts[i] as number;
      if (n !== 0) pairs.push(i, n);
    }
    return pairs;
  }

  /** What has come since the last call. */
  take(): number[] {
    const pairs = this.buckets();
    if (this.#highest >= 0) this.#counts.fill(0, this.#lowest, this.#highest + 1);
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#highest = -1;
    this.#count = 0;
    return pairs;
  }

  /** HdrHistogram V2, compressed, base64; microseconds. */
  encode(): string {
    const digits = this.subBuckets === 2048 ? 3 : 2;
    const other = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: Math.max(2, this.max),
      numberOfSignificantValueDigits: digits,
      bitBucketSize: 64,
      useWebAssembly: false,
    });
    const pairs = this.buckets();
    for (let i = 0; i < pairs.length; i += 2) {
      other.recordValueWithCount(this.#bucket(pairs[i] as number).from, pairs[i + 1] as number);
    }
    return encodeIntoCompressedBase64(other);
  }

  /** Whether `decode` can read it, at a tenth of the cost. */
  static isEncoded(text: string): boolean {
    try {
      decodeFromCompressedBase64(text, 64, false);
      return true;
    } catch {
      return false;
    }
  }

  /** Of what `encode` wrote, of two or three significant digits. Throws an Error where it is not that. */
  static decode(text: string): Histogram {
    const other = decodeFromCompressedBase64(text, 64, false) as JsHistogram;
    const histogram = new Histogram(other.numberOfSignificantValueDigits > 2 ? 2048 : 256);
    for (let i = 0; i < other.countsArrayLength; i++) {
      const count = other.getCountAtIndex(i);
      if (count > 0) histogram.#add(histogram.#indexOf(other.valueFromIndex(i)), count);
    }
    return histogram;
  }
}
