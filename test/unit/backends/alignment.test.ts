import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Alignment } from '../../../src/backends/alignment.ts';
import type { Phase, Snapshot } from '../../../src/metrics/snapshot.ts';
import { Totals } from '../../../src/metrics/totals.ts';
import { snapshot } from '../../support/hand-made.ts';
import { randomFor } from '../../support/seeded.ts';

/** What alignment tells on, as "phase second: sum of connects". */
function aligned(workers: number) {
  const told: Snapshot[] = [];
  const alignment = new Alignment(workers, (one) => told.push(one));
  return {
    told,
    list: () =>
      told
        .splice(0)
        .map(
          ({ phase, second, cells }) =>
            `${phase} ${second}: ${cells.reduce((sum, cell) => sum + (cell.measured.counts.connects ?? 0), 0)}`,
        ),
    tell(worker: number, phase: Phase, second: number, changes: Partial<Snapshot> = {}): void {
      alignment.told(worker, snapshot(phase, second, { at: [{ counts: { connects: 1 } }], ...changes }));
    },
  };
}

describe('several workers in step:', () => {
  test('a second is told on when all have told it', () => {
    const { tell, list } = aligned(3);
    tell(0, 'measuring', 5);
    tell(1, 'measuring', 5);
    assert.deepEqual(list(), []);
    tell(2, 'measuring', 5);
    assert.deepEqual(list(), ['measuring 5: 3']);
  });

  test('one that is behind holds the others back, and nothing is lost', () => {
    const { tell, list } = aligned(2);
    for (const second of [5, 6, 7]) tell(0, 'measuring', second);
    assert.deepEqual(list(), []);
    tell(1, 'measuring', 5);
    assert.deepEqual(list(), ['measuring 5: 2']);
    tell(1, 'measuring', 6);
    tell(1, 'measuring', 7);
    assert.deepEqual(list(), ['measuring 6: 2', 'measuring 7: 2']);
  });

  test('one that began later is waited for, and what was told before it goes first', () => {
    const { tell, list } = aligned(2);
    tell(0, 'connecting', 5);
    tell(0, 'connecting', 6);
    tell(1, 'connecting', 6);
    assert.deepEqual(list(), ['connecting 5: 1', 'connecting 6: 2']);
  });

  test('connecting and ready meet in one second, phases of the load do not', () => {
    const { tell, list } = aligned(2);
    tell(0, 'ready', 5);
    tell(1, 'connecting', 5);
    assert.deepEqual(list(), ['connecting 5: 2']);
    tell(0, 'ready', 6);
    tell(0, 'warmUp', 6);
    tell(1, 'ready', 6);
    assert.deepEqual(list(), ['ready 6: 2']);
    tell(1, 'warmUp', 6);
    assert.deepEqual(list(), ['warmUp 6: 2']);
  });

  test('tenths of a second are told apart', () => {
    const { tell, told } = aligned(2);
    for (const tenth of [3, 4]) for (const worker of [0, 1]) tell(worker, 'connecting', 5, { tenth });
    assert.deepEqual(
      told.map(({ second, tenth }) => [second, tenth]),
      [
        [5, 3],
        [5, 4],
      ],
    );
  });

  test('one that has ended is not waited for; the end is told once, when all have', () => {
    const { tell, list } = aligned(2);
    tell(0, 'draining', 5);
    tell(0, 'ended', 5);
    tell(1, 'draining', 5);
    tell(1, 'draining', 6);
    assert.deepEqual(list(), ['draining 5: 2', 'draining 6: 1']);
    tell(1, 'ended', 6);
    assert.deepEqual(list(), ['ended 6: 2']);
    tell(1, 'ended', 6);
    tell(0, 'measuring', 9);
    assert.deepEqual(list(), []);
  });

  test('one that died is told of as lost with the next second, and again never', () => {
    const { tell, told } = aligned(2);
    tell(0, 'measuring', 5);
    tell(1, 'measuring', 5);
    const lost = [{ worker: 'w', clients: 7, reason: 'killed' }];
    tell(0, 'measuring', 6);
    tell(1, 'ended', 6, { cells: [], lost });
    tell(0, 'measuring', 7);
    tell(0, 'ended', 8);
    assert.deepEqual(
      told.map((one) => one.lost.length),
      [0, 1, 0, 0],
    );
    assert.deepEqual(told[1]?.lost, lost);
    assert.equal(told.at(-1)?.phase, 'ended');
  });

  test('all may die', () => {
    const { tell, told } = aligned(2);
    for (const worker of [0, 1]) {
      tell(worker, 'ended', 5, { cells: [], lost: [{ worker: `${worker}`, clients: 1, reason: '' }] });
    }
    assert.deepEqual([told.length, told[0]?.phase, told[0]?.lost.length], [1, 'ended', 2]);
  });

  test('whatever the order of arrival, every count is told exactly once and seconds never go back', (t) => {
    const random = randomFor(t);
    for (let round = 0; round < 200; round++) {
      const workers = 1 + random(5);
      const { tell, told } = aligned(workers);
      const left = Array.from({ length: workers }, () => ({ second: random(3), last: 5 + random(20) }));
      let tells = 0;
      while (left.some(({ second, last }) => second <= last)) {
        const worker = random(workers);
        const one = left[worker] as { second: number; last: number };
        if (one.second > one.last) continue;
        const phase = one.second === one.last ? 'ended' : one.second < 3 ? 'connecting' : 'measuring';
        tell(worker, phase, one.second++);
        tells++;
      }
      const seconds = told.slice(0, -1).map(({ second }) => second);
      assert.deepEqual(
        seconds,
        [...new Set(seconds)].sort((a, b) => a - b),
      );
      const totals = new Totals(2048);
      for (const one of told) totals.add(one);
      assert.equal(totals.of('connects')?.count, tells);
      assert.equal(totals.phase, 'ended');
    }
  });
});
