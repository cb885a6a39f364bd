import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backOffMs } from '../../../src/fleet/reconnect.ts';
import type { ReconnectPlan } from '../../../src/plan/plan.ts';

const steady: ReconnectPlan = { afterMs: 100, upToMs: 5000, jitter: 0, attempts: null };

function delays(plan: ReconnectPlan | false, attempts: number, client = 1): (number | null)[] {
  return Array.from({ length: attempts }, (_, i) => backOffMs(plan, { attempt: i + 1, failed: i }, 7, client));
}

describe('the wait before another attempt', () => {
  test('doubles from after up to upTo', () => {
    assert.deepEqual(delays(steady, 8), [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    assert.equal(backOffMs(steady, { attempt: 1e6, failed: 1e6 }, 7, 1), 5000);
  });

  test('has no end where attempts are unlimited, and one where they are not', () => {
    assert.deepEqual(delays({ ...steady, attempts: 2 }, 4), [100, 200, null, null]);
    // The first connect of all is an attempt, too.
    assert.equal(backOffMs({ ...steady, attempts: 2 }, { attempt: 1, failed: 1 }, 7, 1), 100);
    assert.equal(backOffMs({ ...steady, attempts: 2 }, { attempt: 2, failed: 2 }, 7, 1), null);
    assert.deepEqual(delays(false, 2), [null, null]);
  });

  test('is shortened at random by at most the jitter, evenly', () => {
    const plan = { ...steady, jitter: 0.5 };
    const first = Array.from(
      { length: 2000 },
      (_, client) => backOffMs(plan, { attempt: 1, failed: 0 }, 7, client) as number,
    );
    assert.ok(Math.min(...first) >= 50 && Math.max(...first) <= 100);
    const mean = first.reduce((sum, ms) => sum + ms, 0) / first.length;
    assert.ok(Math.abs(mean - 75) < 2, `${mean}`);
  });

  test('is the same for the same seed, client and attempt, and differs between them', () => {
    const plan = { ...steady, jitter: 1 };
    const wait = (attempt: number, seed: number, client: number) =>
      backOffMs(plan, { attempt, failed: 0 }, seed, client);
    assert.equal(wait(3, 7, 5), wait(3, 7, 5));
    const others = [wait(7, 7, 5), wait(7, 7, 6), wait(7, 8, 5), wait(8, 7, 5)];
    assert.equal(new Set(others).size, 4);
  });
});
