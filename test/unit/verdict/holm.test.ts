import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holm } from '../../../src/verdict/compare/holm.ts';

const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1e9) / 1e9);

describe("Holm's correction", () => {
  it('gives the values that R gives for p.adjust(method = "holm")', () => {
    assert.deepEqual(rounded(holm([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02]);
    assert.deepEqual(rounded(holm([0.2, 0.5, 0.9])), [0.6, 1, 1]);
  });

  it('leaves a single test as it is, and none', () => {
    assert.deepEqual(holm([0.04]), [0.04]);
    assert.deepEqual(holm([]), []);
  });

  it('lets twelve rules still be answered by five runs a side', () => {
    assert.ok((holm([1 / 252, ...new Array(11).fill(1)])[0] ?? 1) <= 0.05);
    assert.ok((holm([1 / 252, ...new Array(12).fill(1)])[0] ?? 1) > 0.05);
  });
});
