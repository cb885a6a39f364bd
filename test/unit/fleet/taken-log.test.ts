import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TakenLog } from '../../../src/fleet/taken-log.ts';
import { randomFor } from '../../support/seeded.ts';

describe('the log of ticks', () => {
  test('finds the first tick at or after a due time', () => {
    const log = new TakenLog();
    for (const tick of [100, 200, 300]) log.tick(tick);
    assert.deepEqual(
      [1, 100, 101, 200, 299, 300].map((due) => log.takenUs(due)),
      [100, 100, 200, 200, 300, 300],
    );
  });

  test('takes a due time for itself where no tick has come since', () => {
    const log = new TakenLog();
    assert.equal(log.takenUs(5), 5);
    log.tick(10);
    assert.equal(log.takenUs(11), 11);
  });

  test('forgets after 8,192 ticks', () => {
    const log = new TakenLog();
    for (let tick = 1; tick <= 10_000; tick++) log.tick(tick * 1000);
    assert.equal(log.takenUs(1500), 1500);
    assert.equal(log.takenUs(9_998_001), 9_999_000);
    // The oldest that is kept is tick 1,809.
    assert.equal(log.takenUs(1_809_000), 1_809_000);
    assert.equal(log.takenUs(1_809_001), 1_810_000);
  });

  test('agrees with a search through all ticks', (t) => {
    const random = randomFor(t);
    const log = new TakenLog();
    const ticks: number[] = [];
    let now = 1000;
    for (let i = 0; i < 20_000; i++) {
      now += 1 + random(2000);
      ticks.push(now);
      log.tick(now);
      if (i % 37 !== 0) continue;
      const kept = ticks.slice(-8192);
      const due = (kept[0] as number) + random(now - (kept[0] as number) + 100);
      assert.equal(log.takenUs(due), kept[lowerBound(kept, due)] ?? due);
    }
  });
});

function lowerBound(sorted: readonly number[], value: number): number {
  const found = sorted.findIndex((one) => one >= value);
  return found < 0 ? sorted.length : found;
}
