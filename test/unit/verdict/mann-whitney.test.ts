import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mannWhitney, ratioInterval, smallestP } from '../../../src/verdict/compare/mann-whitney.ts';
import { randomFor } from '../../support/seeded.ts';

/** Every choice of which values are the second sample, by the definition: pairs won, a tie half. */
function byAllChoices(base: readonly number[], fresh: readonly number[]): number {
  const all = [...base, ...fresh];
  const won = (ours: readonly number[], theirs: readonly number[]) =>
    ours.reduce((sum, y) => sum + theirs.reduce((s, x) => s + (y > x ? 1 : y === x ? 0.5 : 0), 0), 0);
  const observed = won(fresh, base);
  let choices = 0;
  let reached = 0;
  for (let bits = 0; bits < 2 ** all.length; bits++) {
    const ours = all.filter((_, i) => (bits >> i) & 1);
    if (ours.length !== fresh.length) continue;
    choices++;
    if (
      won(
        ours,
        all.filter((_, i) => !((bits >> i) & 1)),
      ) >= observed
    )
      reached++;
  }
  return reached / choices;
}

const near = (one: number, other: number) => assert.ok(Math.abs(one - other) < 1e-12, `${one} is not ${other}`);

describe('the Mann-Whitney test', () => {
  it('gives the probabilities of published tables', () => {
    // P(U <= u) of Mann and Whitney (1947), table I: n = 5, m = 5 and n = 3, m = 4.
    near(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]), 1 / 252);
    near(mannWhitney([1, 2, 3, 4, 8], [5, 6, 7, 9, 10]), 7 / 252);
    near(mannWhitney([1, 2, 3, 4], [5, 6, 7]), 1 / 35);
    near(mannWhitney([1, 2, 3, 6], [4, 5, 7]), 4 / 35);
    near(
      mannWhitney(
        [1, 2, 3],
        [1, 2, 3].map((x) => x + 10),
      ),
      0.05,
    );
  });

  it('agrees with counting all choices, ties included', (t) => {
    const random = randomFor(t);
    for (let round = 0; round < 60; round++) {
      const [n, m] = [2 + random(4), 2 + random(4)];
      const draw = (count: number) => Array.from({ length: count }, () => random(round % 2 === 0 ? 4 : 1000));
      const [base, fresh] = [draw(n), draw(m)];
      near(mannWhitney(base, fresh), byAllChoices(base, fresh));
    }
  });

  it('says nothing of equal values, and knows what so few can say at best', () => {
    assert.equal(mannWhitney([3, 3, 3, 3, 3], [3, 3, 3, 3, 3]), 1);
    near(smallestP(5, 5), 1 / 252);
    near(smallestP(5, 5), mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]));
  });

  it('is quick with fifty runs a side', () => {
    const base = Array.from({ length: 50 }, (_, i) => i);
    assert.ok(mannWhitney(base, base) > 0.5);
    assert.ok(
      mannWhitney(
        base,
        base.map((x) => x + 25),
      ) < 1e-6,
    );
  });
});

describe('the interval of the ratio', () => {
  it('lies between the third smallest and the third largest of the 25 ratios of five to five', () => {
    // P(U <= 2) = 4/252 is below 2.5 %, P(U <= 3) = 7/252 is not.
    const base = [10, 10, 10, 10, 10];
    assert.deepEqual(ratioInterval(base, [10, 11, 12, 13, 14]), [1, 1.4]);
    const [low, high] = ratioInterval([1, 2, 4, 8, 16], [32, 64, 128, 256, 512]) ?? [0, 0];
    assert.deepEqual([low, high], [4, 256]);
  });

  it('holds the true ratio in at least 95 of 100 cases', (t) => {
    const random = randomFor(t);
    let held = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round++) {
      const draw = (scale: number) =>
        Array.from({ length: 5 }, () => scale * Math.exp((random(1000) + random(1000)) / 4000));
      const [low, high] = ratioInterval(draw(10), draw(12)) ?? [0, 0];
      if (low <= 1.2 && 1.2 <= high) held++;
    }
    assert.ok(held / rounds > 0.93, `${held} of ${rounds}`);
  });

  it('is none where a value is 0 or where there are too few', () => {
    assert.equal(ratioInterval([0, 1, 2, 3, 4], [1, 2, 3, 4, 5]), undefined);
    assert.equal(ratioInterval([1, 2], [1, 2]), undefined);
  });
});
