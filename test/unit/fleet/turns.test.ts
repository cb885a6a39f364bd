import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Turns } from '../../../src/fleet/turns.ts';
import { seeded } from '../../support/seeded.ts';

describe('turns', () => {
  test('come in the order of their times, and not before', () => {
    const random = seeded(7);
    const turns = new Turns<number>();
    const times = Array.from({ length: 1000 }, () => random(500));
    for (const [i, atUs] of times.entries()) turns.add(i, atUs);
    const taken: number[] = [];
    for (let now = 0; now < 500; now++) {
      for (let one = turns.take(now); one !== undefined; one = turns.take(now)) {
        assert.ok((times[one] as number) <= now);
        taken.push(one);
      }
      assert.ok(turns.nextUs > now);
    }
    // Those of one time as they came.
    const expected = times.map((_, i) => i).toSorted((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    assert.deepEqual(taken, expected);
    assert.equal(turns.nextUs, Number.POSITIVE_INFINITY);
  });

  test('are forgotten together', () => {
    const turns = new Turns<string>();
    turns.add('a', 1);
    turns.clear();
    assert.equal(turns.take(2), undefined);
  });
});
