import { Histogram } from './histogram.ts';
import type { Buckets } from './snapshot.ts';

/** Of slices, whatever the histograms of the run have: a relative error below 0.8 %. */
export const sliceSubBuckets = 256;

/** The bucket of a layout of 2,048 sub-buckets, in that of 256. */
function coarser(index: number): number {
  if (index < 256) return index;
  const shift = index < 2048 ? 0 : Math.floor(index / 1024) - 1;
  const mantissa = index < 2048 ? index : index - shift * 1024;
  const more = 24 - Math.clz32(mantissa);
  return (shift + more) * 128 + (mantissa >>> more);
}

/** Buckets of one layout or the other, as those of 256 sub-buckets. */
export function inSliceBuckets(buckets: Buckets, subBuckets: 2048 | 256): Buckets {
  if (subBuckets === sliceSubBuckets) return buckets;
  const histogram = new Histogram(sliceSubBuckets);
  histogram.add(buckets.map((n, i) => (i % 2 === 0 ? coarser(n) : n)));
  return histogram.buckets();
}

/** Buckets as bytes: each as its distance to the one before and its count, as varints of 7 bits a byte, the lowest first. */
export function encodeSlice(buckets: Buckets): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    const [index, count] = [buckets[i] as number, buckets[i + 1] as number];
    putVarint(bytes, index - before);
    putVarint(bytes, count);
    before = index;
  }
  return Uint8Array.from(bytes);
}

/** Undefined where the bytes are not what encodeSlice makes. */
export function decodeSlice(bytes: Uint8Array): Buckets | undefined {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  if (scale !== 1 || numbers.length % 2 !== 0) return undefined;
  for (let i = 2; i < numbers.length; i += 2) numbers[i] = (numbers[i] as number) + (numbers[i - 2] as number);
  return numbers;
}

function putVarint(bytes: number[], value: number): void {
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
}

/** The highest value that a bucket of a slice stands for, us. */
export function sliceTop(index: number): number {
  if (index < sliceSubBuckets) return index;
  const shift = Math.floor(index / 128) - 1;
  return (index - shift * 128 + 1) * 2 ** shift - 1;
}
