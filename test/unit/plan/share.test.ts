import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GroupPlan, Plan } from '../../../src/plan/plan.ts';
import { indexOf, share } from '../../../src/plan/share.ts';
import { group, plan } from '../../support/hand-made.ts';
import type { Random } from '../../support/seeded.ts';
import { randomFor } from '../../support/seeded.ts';

function indexes({ slice }: GroupPlan): number[] {
  return Array.from({ length: slice.count }, (_, k) => indexOf(slice, k));
}

function randomPlan(random: Random): Plan {
  const groups = Array.from({ length: 1 + random(4) }, (_, i) => {
    const clients = random(3) === 0 ? 1 + random(3) : 1 + random(200);
    const concurrency = 1 + random(120);
    return group(`g${i}`, { clients, connect: { ...group('g').connect, concurrency } });
  });
  return plan({ groups });
}

/** All the plans that a plan becomes when it is shared again and again. */
function shared(whole: Plan, random: Random, depth: number): Plan[] {
  if (depth === 0) return [whole];
  const workers = 1 + random(9);
  return Array.from({ length: workers }, (_, worker) => share(whole, worker, workers)).flatMap((one) =>
    shared(one, random, depth - 1),
  );
}

describe('the shares of a plan', () => {
  for (const depth of [1, 2, 3]) {
    test(`add up to it exactly, also shared ${depth} deep`, (t) => {
      const random = randomFor(t);
      for (let i = 0; i < 100; i++) {
        const whole = randomPlan(random);
        const parts = shared(whole, random, depth);
        for (const [g, { clients }] of whole.groups.entries()) {
          const dealt = parts.flatMap((part) => indexes(part.groups[g] as GroupPlan)).sort((a, b) => a - b);
          assert.deepEqual(
            dealt,
            Array.from({ length: clients }, (_, index) => index),
          );
        }
      }
    });
  }

  test('differ by at most one client of a group', () => {
    const whole = plan({ groups: [group('g', { clients: 100 })] });
    const counts = [0, 1, 2].map((worker) => share(whole, worker, 3).groups[0]?.slice.count);
    assert.deepEqual(counts, [34, 33, 33]);
  });

  test('of a small group may be empty', () => {
    const whole = plan({ groups: [group('g', { clients: 2 })] });
    const parts = [0, 1, 2, 3].map((worker) => indexes(share(whole, worker, 4).groups[0] as GroupPlan));
    assert.deepEqual(parts, [[0], [1], [], []]);
  });

  test('share the number of connections that may be opening, at least one each', () => {
    const concurrency = (n: number, workers: number) => {
      const whole = plan({ groups: [group('g', { connect: { ...group('g').connect, concurrency: n } })] });
      return Array.from(
        { length: workers },
        (_, worker) => share(whole, worker, workers).groups[0]?.connect.concurrency,
      );
    };
    assert.deepEqual(concurrency(100, 3), [34, 33, 33]);
    assert.deepEqual(concurrency(2, 3), [1, 1, 1]);
  });

  test('keep everything else: times, brokers, jobs, the size of the whole group', () => {
    const whole = plan({ groups: [group('a'), group('b', { clients: 7 })] });
    const part = share(whole, 1, 2);
    const rest = ({ groups, ...others }: Plan) => ({
      ...others,
      groups: groups.map(({ slice, connect, ...kept }) => kept),
    });
    assert.deepEqual(rest(part), rest(whole));
  });

  test('of one worker is the plan itself', () => {
    assert.deepEqual(share(plan(), 0, 1), plan());
  });
});
