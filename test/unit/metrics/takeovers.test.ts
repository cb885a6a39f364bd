import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Phase, Snapshot } from '../../../src/metrics/snapshot.ts';
import { RepeatedEndings, Takeovers, type Tenure } from '../../../src/metrics/takeovers.ts';
import { cell, snapshot } from '../../support/hand-made.ts';

type Place = { readonly clientId?: string; readonly broker?: string };

function connected(client: number, openedUs: number, connackUs: number, { clientId = 'one' }: Place = {}): Tenure {
  return { clientId, client, openedUs, connackUs, endedUs: 0, sudden: false };
}

function ended(of: Tenure, endedUs: number, sudden = true): Tenure {
  return { ...of, endedUs, sudden };
}

function tell(takeovers: Takeovers, tenures: readonly Tenure[], phase: Phase = 'measuring', broker = 'b'): Snapshot {
  const told = { ...cell({ labels: { broker }, counts: { disconnects: 1 } }), tenures };
  return takeovers.counted(snapshot(phase, 1, { cells: [told] }));
}

function total(snapshots: readonly Snapshot[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { cells } of snapshots)
    for (const { measured } of cells)
      for (const [id, n] of Object.entries(measured.causes.takeovers ?? {})) sum[id] = (sum[id] ?? 0) + n;
  return sum;
}

/** All at once, and the end. */
function found(...tenures: Tenure[]): Record<string, number> {
  const takeovers = new Takeovers(false);
  return total([tell(takeovers, tenures), tell(takeovers, [], 'ended')]);
}

const a = connected(1, 100, 110);
const b = connected(2, 200, 210);

describe('takeovers', () => {
  test('an end is one where another client got the id, told in whatever order', () => {
    assert.deepEqual(found(a, b, ended(a, 205)), { one: 1 });
    assert.deepEqual(found(a, b, ended(a, 215)), { one: 1 });
    const takeovers = new Takeovers(false);
    const parts = [tell(takeovers, [a]), tell(takeovers, [ended(a, 205)]), tell(takeovers, [b]), tell(takeovers, [])];
    assert.deepEqual(total(parts), { one: 1 });
  });

  test('two that connect at once: who ends first has lost, though its CONNACK was told last', () => {
    const early = connected(2, 101, 109);
    assert.deepEqual(found(early, a, ended(a, 111)), { one: 1 });
  });

  test('is none where the other had ended before, had not begun yet, has another id, or was the same client', () => {
    assert.deepEqual(found(a, b, ended(b, 300, false), ended(a, 301)), {});
    assert.deepEqual(found(a, connected(2, 206, 210), ended(a, 205)), {});
    assert.deepEqual(found(a, connected(2, 200, 210, { clientId: 'two' }), ended(a, 205)), {});
    assert.deepEqual(found(a, ended(a, 205), connected(1, 200, 220)), {});
  });

  test('is none where the broker ends after the other has lost its connection to this one', () => {
    assert.deepEqual(found(a, b, ended(a, 211), ended(b, 300)), { one: 1 });
  });

  test('is not counted here where the broker has said why', () => {
    assert.deepEqual(found(a, b, ended(a, 205, false)), {});
  });

  test('is counted in the group and broker of who lost, beside what is counted there', () => {
    const takeovers = new Takeovers(false);
    tell(takeovers, [a, b, ended(a, 205)]);
    const { measured } = tell(takeovers, []).cells[0] as Snapshot['cells'][number];
    assert.deepEqual([measured.counts.disconnects, measured.counts.takeovers], [1, 1]);
  });

  test('on brokers that are independent an id is another on each; in a cluster it is one', () => {
    for (const [cluster, expected] of [
      [false, {}],
      [true, { one: 1 }],
    ] as const) {
      const takeovers = new Takeovers(cluster);
      const parts = [tell(takeovers, [a], 'measuring', 'x'), tell(takeovers, [b], 'measuring', 'y')];
      parts.push(tell(takeovers, [ended(a, 205)], 'measuring', 'x'), tell(takeovers, [], 'ended', 'x'));
      assert.deepEqual(total(parts), expected);
    }
  });

  test('a loop of them is counted one by one', () => {
    const tenures: Tenure[] = [connected(1, 0, 10)];
    for (let i = 1; i <= 50; i++) {
      tenures.push(connected(1 + (i % 2), i * 100, i * 100 + 10), ended(tenures.at(-1) as Tenure, i * 100 + 5));
      // The last one told must be the one that is connected.
      tenures.push(tenures.splice(-2, 1)[0] as Tenure);
    }
    assert.deepEqual(found(...tenures), { one: 50 });
  });
});

test('connections that end again and again are counted by id, from the third time on', () => {
  const repeated = new RepeatedEndings();
  for (let i = 0; i < 4; i++) repeated.add('b', 'one');
  assert.deepEqual([...repeated.of('b'), ...repeated.of('c')], [['one', 6]]);
});
