import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Seconds } from '../../../src/fleet/seconds.ts';
import { Recorder } from '../../../src/metrics/recorder.ts';
import type { Phase, Snapshot } from '../../../src/metrics/snapshot.ts';

const s = 1_000_000;

function staged() {
  const recorder = new Recorder(256);
  const cell = recorder.cell({ group: 'g', broker: 'b' });
  const told: Snapshot[] = [];
  const health = { worker: 'w', publishing: true, receiving: false };
  const seconds = new Seconds(recorder, health, (snapshot) => told.push(snapshot));
  let now = 0;
  const tick = (phase: Phase, at: number, lastDueUs = 0) => {
    now = Math.round(at * s);
    seconds.tick(phase, now, lastDueUs, () => {});
  };
  return {
    seconds,
    cell,
    told,
    tick,
    /** Ticks on time up to then, in one phase. */
    until(phase: Phase, at: number): void {
      while (seconds.nextUs <= at * s) tick(phase, Math.max(now, seconds.nextUs) / s);
    },
    /** Phase and time of each snapshot, and how many connects it counts. */
    list: () =>
      told
        .splice(0)
        .map(({ phase, second, tenth, cells }) => [
          phase,
          second + tenth / 10,
          cells[0]?.measured.counts.connects ?? 0,
        ]),
  };
}

/** In the middle of the load of a run that starts at 10 s and measures from 11 s on. */
function loaded(toUs = 60 * s) {
  const made = staged();
  made.seconds.measure(10 * s, 11 * s, toUs);
  made.tick('ready', 9.95);
  made.tick('warmUp', 10.0003);
  made.told.splice(0);
  return made;
}

describe('under load', () => {
  test('every second is told once, when the next one has begun', () => {
    const { seconds, cell, tick, list } = loaded();
    tick('warmUp', 10.5);
    cell.run.counts.connects = 3;
    tick('warmUp', 10.9999);
    assert.deepEqual([list(), seconds.nextUs], [[], 11 * s]);
    tick('measuring', 11.0002);
    cell.run.counts.connects = 2;
    tick('measuring', 11.7);
    tick('measuring', 12.01);
    assert.deepEqual(list(), [
      ['warmUp', 10, 3],
      ['measuring', 11, 2],
    ]);
  });

  test('what is counted once a second is brought up to date before it is told', () => {
    const { seconds, cell, list } = loaded();
    const count = () => {
      cell.run.counts.connects = 9;
    };
    seconds.tick('warmUp', 10.7 * s, 0, count);
    seconds.tick('measuring', 11.5 * s, 0, count);
    assert.deepEqual(list(), [['warmUp', 10, 9]]);
  });

  test('seconds that went by without a tick are told too, each in its phase, so that all threads stay in step', () => {
    const { cell, tick, list } = loaded();
    cell.run.counts.connects = 4;
    tick('measuring', 13.25);
    assert.deepEqual(list(), [
      ['warmUp', 10, 4],
      ['measuring', 11, 0],
      ['measuring', 12, 0],
    ]);
  });

  test('a second in which the phase changes is told in parts', () => {
    const { seconds, tick, until, list } = staged();
    seconds.measure(10.25 * s, 11.5 * s, 12.75 * s);
    until('ready', 10.2);
    list();
    tick('warmUp', 10.2504);
    until('warmUp', 11.49);
    tick('measuring', 11.5001);
    until('measuring', 12.74);
    tick('draining', 12.7503);
    tick('draining', 12.8);
    assert.deepEqual(list(), [
      ['ready', 10.2, 0],
      ['warmUp', 10.2, 0],
      ['warmUp', 11, 0],
      ['measuring', 11.5, 0],
      ['measuring', 12, 0],
      ['draining', 12.7, 0],
    ]);
  });
});

describe('where people wait', () => {
  test('tenths of a second are told', () => {
    const { tick, list, seconds } = staged();
    tick('connecting', 10.12);
    assert.equal(seconds.nextUs, 10.2 * s);
    tick('connecting', 10.199);
    tick('connecting', 10.2);
    tick('connecting', 10.33);
    assert.deepEqual(list(), [
      ['connecting', 10.1, 0],
      ['connecting', 10.2, 0],
    ]);
  });

  test('connecting and ready are one where they share a tenth', () => {
    const { cell, tick, list } = staged();
    tick('connecting', 10.11);
    cell.run.counts.connects = 1;
    tick('ready', 10.14);
    cell.run.counts.connects += 1;
    tick('ready', 10.2);
    assert.deepEqual(list(), [['ready', 10.1, 2]]);
  });

  test('the end is told with the rest that was counted', () => {
    const { seconds, cell, tick, list } = staged();
    tick('draining', 10.11);
    cell.run.counts.connects = 5;
    assert.equal(seconds.over, false);
    tick('ended', 10.15);
    assert.equal(seconds.over, true);
    const told = list();
    assert.equal(told.at(-1)?.[0], 'ended');
    assert.equal(
      told.reduce((sum, [, , connects]) => sum + Number(connects), 0),
      5,
    );
  });
});

describe('the measured window', () => {
  const windowOf = (told: readonly Snapshot[]) =>
    [told.at(-1)?.progress.windowFromUs, told.at(-1)?.progress.windowToUs].map((us = 0) => us / s);

  test('moves on with the clock, and ends where it was to end', () => {
    const { told, tick } = loaded(13.5 * s);
    tick('measuring', 11.01);
    assert.deepEqual(windowOf(told), [11, 11.01]);
    tick('measuring', 12.02, 7);
    assert.deepEqual([...windowOf(told), told.at(-1)?.progress.lastDueUs], [11, 12.02, 7]);
    tick('draining', 13.6);
    assert.deepEqual(windowOf(told), [11, 13.5]);
    tick('draining', 14.1);
    assert.deepEqual(windowOf(told), [11, 13.5]);
  });

  test('ends earlier where the load is stopped, also in the past', () => {
    const { seconds, told, tick } = loaded();
    tick('measuring', 11.2);
    tick('measuring', 12.1);
    seconds.stop(11.9 * s);
    assert.ok(seconds.nextUs <= 12.1 * s);
    tick('draining', 12.2);
    assert.deepEqual([told.at(-1)?.phase, ...windowOf(told)], ['draining', 11, 11.9]);
  });

  test('is empty where the load was stopped in the warm-up', () => {
    const { seconds, told, tick } = loaded();
    seconds.stop(10.5 * s);
    tick('draining', 10.7);
    tick('draining', 11.2);
    const [from = 0, to = 1] = windowOf(told);
    assert.equal(to - from, 0);
  });
});

test('the ramp is from the first attempt to the last client ready', () => {
  const { seconds, told, tick } = staged();
  tick('connecting', 10.1);
  seconds.ramping(10.2 * s);
  seconds.ramping(10.3 * s);
  seconds.ramped(10.4 * s);
  seconds.ramped(10.8 * s);
  tick('connecting', 11);
  assert.deepEqual([told.at(-1)?.progress.rampFromUs, told.at(-1)?.progress.rampToUs], [10.2 * s, 10.8 * s]);
});

test('every snapshot tells how the thread was', () => {
  const { told, tick } = staged();
  tick('connecting', 10.1);
  tick('connecting', 10.2);
  const health = told[0]?.health[0];
  assert.deepEqual([health?.worker, health?.publishing, health?.receiving], ['w', true, false]);
  assert.ok((health?.utilisation ?? -1) >= 0 && (health?.utilisation ?? 2) <= 1);
});
