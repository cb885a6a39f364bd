import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../../src/metrics/histogram.ts';
import { decodeSlice, encodeSlice, inSliceBuckets, sliceTop } from '../../../src/metrics/slice-code.ts';
import { randomFor } from '../../support/seeded.ts';

describe('a slice', () => {
  it('is read as it was written', (t) => {
    const random = randomFor(t);
    for (let round = 0; round < 50; round++) {
      const histogram = new Histogram(256);
      for (let i = random(2000); i > 0; i--) histogram.record(random(2 ** (1 + random(30))));
      assert.deepEqual(decodeSlice(encodeSlice(histogram.buckets())), histogram.buckets());
    }
    assert.deepEqual(decodeSlice(encodeSlice([5, 2 ** 40])), [5, 2 ** 40]);
    assert.deepEqual(decodeSlice(encodeSlice([])), []);
  });

  it('is refused where it was cut short', () => {
    const bytes = encodeSlice([1000, 3000]);
    for (let length = 1; length < bytes.length; length++)
      assert.equal(decodeSlice(bytes.subarray(0, length)), undefined);
  });

  it('has the buckets that a histogram of 256 sub-buckets would have made of the same values', (t) => {
    const random = randomFor(t);
    const [fine, coarse] = [new Histogram(2048), new Histogram(256)];
    for (let i = 0; i < 5000; i++) {
      const us = random(2 ** (1 + random(38)));
      fine.record(us);
      coarse.record(us);
    }
    assert.deepEqual(inSliceBuckets(fine.buckets(), 2048), coarse.buckets());
    assert.deepEqual(inSliceBuckets(coarse.buckets(), 256), coarse.buckets());
  });

  it('tells the values of its buckets as the histogram does', (t) => {
    const random = randomFor(t);
    for (let round = 0; round < 200; round++) {
      const histogram = new Histogram(256);
      histogram.record(random(2 ** (1 + random(40))));
      assert.equal(sliceTop(histogram.buckets()[0] ?? -1), histogram.max);
    }
  });
});
