import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Histogram as HdrHistogram } from 'hdr-histogram-js';
import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { Histogram } from '../../../src/metrics/histogram.ts';
import type { Random } from '../../support/seeded.ts';
import { randomFor } from '../../support/seeded.ts';

const layouts = [
  { subBuckets: 2048, digits: 3 },
  { subBuckets: 256, digits: 2 },
] as const;
const percentiles = [0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100];

function hdr(digits: 2 | 3): HdrHistogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 43,
    numberOfSignificantValueDigits: digits,
    bitBucketSize: 64,
    useWebAssembly: false,
  });
}

/** Of every order of magnitude alike, from 0 to 2^36. */
function value(random: Random): number {
  return random(2 ** random(37));
}

function withValues(subBuckets: 2048 | 256, values: readonly number[]): Histogram {
  const histogram = new Histogram(subBuckets);
  for (const us of values) histogram.record(us);
  return histogram;
}

for (const { subBuckets, digits } of layouts) {
  describe(`a histogram of ${subBuckets} sub-buckets`, () => {
    test('tells the percentiles, extremes and mean that hdr-histogram-js tells', (t) => {
      const random = randomFor(t);
      for (const size of [1, 2, 3, 10, 1000, 20_000]) {
        const ours = new Histogram(subBuckets);
        const theirs = hdr(digits);
        let least = Number.POSITIVE_INFINITY;
        for (let i = 0; i < size; i++) {
          const us = value(random);
          least = Math.min(least, us);
          ours.record(us);
          theirs.recordValue(us);
        }
        assert.equal(ours.count, size);
        for (const p of percentiles) assert.equal(ours.percentile(p), theirs.getValueAtPercentile(p), `p(${p})`);
        assert.equal(ours.max, theirs.getValueAtPercentile(100));
        // Percentile 0 is the least value that the lowest bucket stands for.
        assert.equal(ours.min, theirs.getValueAtPercentile(0));
        assert.ok(ours.min <= least);
        assert.ok(Math.abs(ours.mean - theirs.mean) <= theirs.mean * 1e-12, `${ours.mean} is not ${theirs.mean}`);
      }
    });

    test('is what it was after it is encoded and decoded', (t) => {
      const random = randomFor(t);
      for (const size of [0, 1, 20_000]) {
        const ours = withValues(
          subBuckets,
          Array.from({ length: size }, () => value(random)),
        );
        const again = Histogram.decode(ours.encode());
        assert.equal(again.subBuckets, subBuckets);
        assert.deepEqual(again.buckets(), ours.buckets());
        assert.equal(again.mean, ours.mean);
      }
    });

    test('stays within its relative error at every power of two', () => {
      for (let bit = 0; bit <= 42; bit++) {
        for (const us of [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]) {
          const at = Math.min(us, 2 ** 42);
          const histogram = withValues(subBuckets, [us]);
          assert.ok(histogram.min <= at && at <= histogram.max, `${us}`);
          assert.ok(histogram.max - histogram.min <= (at * 2) / subBuckets, `${us}`);
        }
      }
    });

    test('is read back from its HdrHistogram V2 form with the same counts', (t) => {
      const random = randomFor(t);
      const values = Array.from({ length: 5000 }, () => value(random));
      const decoded = decodeFromCompressedBase64(withValues(subBuckets, values).encode(), 64, false);
      const theirs = hdr(digits);
      for (const us of values) theirs.recordValue(us);
      assert.equal(decoded.totalCount, values.length);
      for (const p of percentiles) assert.equal(decoded.getValueAtPercentile(p), theirs.getValueAtPercentile(p));
      for (const us of values) {
        const counts = [decoded, theirs].map((one) => (one as unknown as CountAtValue).getCountAtValue(us));
        assert.equal(counts[0], counts[1], `${us}`);
      }
    });

    test('merges by its buckets to what recording everything in one would give', (t) => {
      const random = randomFor(t);
      const parts = Array.from({ length: 5 }, () => Array.from({ length: random(2000) }, () => value(random)));
      const merged = new Histogram(subBuckets);
      for (const part of parts) merged.add(withValues(subBuckets, part).buckets());
      const whole = withValues(subBuckets, parts.flat());
      assert.deepEqual(merged.buckets(), whole.buckets());
      assert.equal(merged.count, whole.count);
      assert.equal(merged.encode(), whole.encode());
    });

    test('is empty after it was taken, and begins anew', (t) => {
      const random = randomFor(t);
      const values = Array.from({ length: 500 }, () => value(random));
      const histogram = withValues(subBuckets, values);
      const before = histogram.buckets();
      assert.deepEqual(histogram.take(), before);
      assert.deepEqual([histogram.count, histogram.min, histogram.max, histogram.mean], [0, 0, 0, 0]);
      assert.equal(histogram.percentile(99), 0);
      assert.deepEqual(histogram.take(), []);
      histogram.record(7);
      assert.deepEqual(histogram.buckets(), [7, 1]);
    });
  });
}

interface CountAtValue {
  getCountAtValue(value: number): number;
}

test('a value below 0 counts as 0, one beyond 2^42 as 2^42', () => {
  const histogram = withValues(2048, [-5, 2 ** 50]);
  assert.equal(histogram.min, 0);
  assert.ok(histogram.max >= 2 ** 42 && histogram.max < 2 ** 42 * 1.001);
});

test('an empty histogram is encoded too', () => {
  assert.equal(decodeFromCompressedBase64(new Histogram(2048).encode(), 64, false).totalCount, 0);
});

test('countAbove counts the buckets that begin above a value', () => {
  const histogram = withValues(2048, [0, 10, 10, 11, 5000]);
  assert.deepEqual(
    [0, 9, 10, 11, 4999, 5001, 2 ** 40].map((us) => histogram.countAbove(us)),
    [4, 4, 2, 1, 1, 0, 0],
  );
  assert.equal(new Histogram(256).countAbove(0), 0);
});
