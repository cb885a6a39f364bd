import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constant, constantPacer } from '../../../src/pacing/constant.ts';

const hourMs = 3_600_000;

test('an hour holds exactly as many operations as the rate says, whatever the rate', () => {
  // From 0 up to, but not including, the hour.
  for (const rate of [1, 3, 7, 10, 49, 100, 997, 9999, 12_345, 50_000]) {
    const pacer = constantPacer(rate);
    assert.equal(pacer.due(hourMs - 1e-6), rate * 3600, `${rate}/s`);
    assert.equal(pacer.due(hourMs), rate * 3600 + 1, `${rate}/s`);
  }
  for (const [operations, perMs] of [
    [1, 3000],
    [1, 7000],
    [2, 9000],
    [100, 60_000],
  ] as const) {
    const pacer = constantPacer((operations * 1000) / perMs);
    assert.equal(pacer.due(hourMs - 1e-3), Math.ceil((hourMs * operations) / perMs), `${operations}/${perMs}ms`);
  }
});

test('a rate each is multiplied by the clients, a total rate is not', () => {
  assert.equal(constant.pacer({ rate: 2 }, 50)?.at(100), 1000);
  assert.equal(constant.pacer({ totalRate: 2 }, 50)?.at(2), 1000);
  assert.equal(constant.pacer({ rate: 'max' }, 50), undefined);
});

test('the rate 0 is never due', () => {
  const pacer = constantPacer(0);
  assert.deepEqual([pacer.at(0), pacer.due(1e12)], [Number.POSITIVE_INFINITY, 0]);
});

test('says in words what each client and the group do', () => {
  assert.equal(constant.describe({ rate: 0.1 }, 10_000), '1/10s each, 1,000/s in total');
  assert.equal(constant.describe({}, 5), undefined);
  assert.equal(constant.describe({ totalRate: 500 }, 5), '500/s in total');
  assert.equal(constant.describe({ rate: 'max' }, 5), 'as fast as each client takes them');
});
