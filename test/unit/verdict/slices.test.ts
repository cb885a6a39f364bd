import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeSlice } from '../../../src/metrics/slice-code.ts';
import type { Snapshot } from '../../../src/metrics/snapshot.ts';
import { Slices, type SlicesResult } from '../../../src/verdict/slices.ts';
import { cell, plan, snapshot } from '../../support/hand-made.ts';

const measuring = (second: number, us: readonly number[]): Snapshot =>
  snapshot('measuring', second, { at: [{ times: { delivery_time: us } }] });

function told(snapshots: readonly Snapshot[]): SlicesResult | undefined {
  const slices = new Slices(plan());
  for (const each of snapshots) slices.add(each);
  return slices.told();
}

/** Values of each slice, of the lowest buckets, where a bucket is a value. */
function values(result: SlicesResult | undefined): number[][] {
  return (result?.times.delivery_time ?? []).map((text) => {
    const buckets = decodeSlice(Buffer.from(text, 'base64')) ?? [];
    return buckets.flatMap((index, i) => (i % 2 === 0 ? new Array<number>(buckets[i + 1] ?? 0).fill(index) : []));
  });
}

describe('the slices of a run', () => {
  it('are the seconds of its window, in which nothing may have come; what came while draining is in the last', () => {
    const result = told([
      snapshot('warmUp', 99, { at: [{ times: { delivery_time: [1] } }] }),
      measuring(100, [2, 2]),
      measuring(101, []),
      measuring(103, [3]),
      measuring(103, [4]),
      snapshot('draining', 104, { at: [{ times: { delivery_time: [5] } }] }),
    ]);
    assert.equal(result?.seconds, 1);
    assert.deepEqual(values(result), [[2, 2], [], [], [3, 4, 5]]);
  });

  it('hold cells together, and leave out what has no value or was not due in the window', () => {
    const cells = [
      cell({ labels: { qos: 0 }, times: { delivery_time: [2], connect_time: [9] } }),
      cell({ labels: { qos: 1 }, times: { delivery_time: [3] } }),
    ];
    const result = told([{ ...snapshot('measuring', 7), cells }]);
    assert.deepEqual(values(result), [[2, 3]]);
    assert.deepEqual(Object.keys(result?.times ?? {}), ['delivery_time']);
    assert.equal(told([snapshot('connecting', 1)]), undefined);
  });

  it('become twice as long where there are more than 1,800 of them, and lose nothing', () => {
    const hours = Array.from({ length: 8 * 3600 }, (_, second) => measuring(100 + second, [second % 200]));
    const result = told(hours);
    assert.equal(result?.seconds, 16);
    const each = values(result);
    assert.equal(each.length, 1800);
    assert.ok(each.every((slice) => slice.length === 16));
    assert.deepEqual(each[1], [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
    assert.deepEqual(values(told(hours.slice(0, 1801))).at(-1), [1800 % 200]);
  });

  it('take less than 1.5 kB for a second of a thousand messages', () => {
    const second = Array.from({ length: 1000 }, (_, i) => Math.round(300 * Math.exp(Math.sin(i) + (i % 97) / 60)));
    const { length } = told([measuring(1, second)])?.times.delivery_time?.[0] ?? '';
    assert.ok(length > 300 && length < 1500, `${length}`);
  });
});
