import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stages, stagesPacer } from '../../../src/pacing/stages.ts';

describe('stages integrate their rate:', () => {
  test('a ramp from 0 to 100/s in 10 s makes 500 operations, a quarter of them in its first half', () => {
    const pacer = stagesPacer([{ over: 10_000, to: 100 }], 1);
    // Operation 0 is due at once, operation 125 at the half.
    assert.equal(pacer.due(10_000), 500);
    assert.equal(pacer.due(5000), 126);
    assert.ok(Math.abs(pacer.at(125) - 5000) < 1e-6);
    assert.equal(pacer.at(500), Number.POSITIVE_INFINITY);
  });

  test('a hold is what a constant rate is', () => {
    const pacer = stagesPacer([{ for: 10_000, at: 20 }], 5);
    for (const n of [0, 1, 500, 999]) assert.ok(Math.abs(pacer.at(n) - n * 10) < 1e-6);
    assert.equal(pacer.due(10_000), 1000);
  });

  test('a ramp starts from the rate before it', () => {
    const pacer = stagesPacer(
      [
        { for: 1000, at: 100 },
        { over: 10_000, to: 300 },
        { over: 5000, to: 0 },
      ],
      2,
    );
    assert.equal(pacer.due(1000 - 1e-6), 200);
    // Halfway up at 200/s: 5 s of 150/s on average.
    assert.equal(pacer.due(6000 - 1e-6), 200 + 2 * 750);
    assert.equal(pacer.due(11_000 - 1e-6), 200 + 2 * 2000);
    assert.equal(pacer.due(16_000), 200 + 2 * 2000 + 2 * 750);
  });

  test('the counts of long stages at odd rates are exact', () => {
    for (const rate of [1 / 3, 0.7, 7.77, 99.9, 1234.5]) {
      const pacer = stagesPacer(
        [
          { over: 3_600_000, to: rate },
          { for: 3_600_000, at: rate },
        ],
        3,
      );
      const expected = rate * 3 * 3600 * 1.5;
      const made = pacer.due(7_200_000);
      assert.ok(Math.abs(made - expected) <= 1, `${made} is not ${expected}`);
    }
  });
});

describe('a stage at rate 0', () => {
  test('makes nothing, and the next operation waits for the stage after it', () => {
    const pacer = stagesPacer(
      [
        { for: 10_000, at: 0.1 },
        { for: 10_000, at: 0 },
        { for: 10_000, at: 0.1 },
      ],
      3,
    );
    // 0.1 x 3 is a little more than 0.3: operation 3 must not come at the end of the first stage.
    assert.equal(pacer.at(3), 20_000);
    assert.equal(pacer.due(19_999), 3);
    assert.equal(pacer.due(30_000), 6);
  });

  test('may be the only one', () => {
    const pacer = stagesPacer([{ for: 1000, at: 0 }], 3);
    assert.deepEqual([pacer.at(0), pacer.due(500), pacer.due(5000)], [Number.POSITIVE_INFINITY, 0, 0]);
  });
});

test('stages last as long as all of them together', () => {
  assert.equal(
    stages.lengthMs?.({
      stages: [
        { over: 1000, to: 1 },
        { for: 500, at: 2 },
      ],
    }),
    1500,
  );
  assert.equal(stages.lengthMs?.({}), undefined);
});

test('stages are told in words', () => {
  assert.equal(
    stages.describe(
      {
        stages: [
          { over: 30_000, to: 100 },
          { for: 60_000, at: 100 },
        ],
      },
      5,
    ),
    'each client over 30s to 100/s, for 1m at 100/s',
  );
});
