import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brokerCycle } from '../../../src/scenario/population.ts';

describe('spreading clients over brokers', () => {
  it('gives each broker its weight in every round, evenly spaced', () => {
    assert.deepEqual(brokerCycle([1, 1]), [0, 1]);
    assert.deepEqual(brokerCycle([2, 1]), [0, 1, 0]);
    assert.deepEqual(brokerCycle([10, 10]), [0, 1]);
    assert.deepEqual(brokerCycle([0, 5]), [1]);
    const cycle = brokerCycle([5, 3, 2]);
    assert.deepEqual(
      [0, 1, 2].map((broker) => cycle.filter((one) => one === broker).length),
      [5, 3, 2],
    );
  });
});
