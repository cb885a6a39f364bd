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
  const tick = (phase: Phase, nowUs: number, lastDueUs = 0) => seconds.tick(phase, nowUs, lastDueUs, () => {});
  /** Phase and second of each snapshot, and how many connects it counts. */
  const list = () => told.map(({ phase, second, cells }) => [phase, second, cells[0]?.measured.counts.connects ?? 0]);
  return { seconds, cell, told, tick, list };
}

describe('the seconds of a thread', () => {
  test('are told once each, when the next one has begun', () => {
    const { seconds, cell, tick, list } = staged();
    tick('connecting', 10.2 * s);
    cell.run.counts.connects = 3;
    tick('connecting', 10.9 * s);
    assert.deepEqual(list(), []);
    assert.equal(seconds.nextUs, 11 * s);
    tick('connecting', 11.01 * s);
    cell.run.counts.connects = 2;
    tick('connecting', 12 * s);
    assert.deepEqual(list(), [
      ['connecting', 10, 3],
      ['connecting', 11, 2],
    ]);
  });

  test('have what is counted once a second brought up to date before they are told', () => {
    const { seconds, cell, list } = staged();
    const bytes = () => {
      cell.run.counts.connects = 9;
    };
    seconds.tick('connecting', 10.5 * s, 0, bytes);
    seconds.tick('connecting', 11.5 * s, 0, bytes);
    assert.deepEqual(list(), [['connecting', 10, 9]]);
  });

  test('are told empty where a tick came late, so that all threads stay in step', () => {
    const { cell, tick, list } = staged();
    tick('connecting', 10.5 * s);
    cell.run.counts.connects = 4;
    tick('connecting', 13.2 * s);
    assert.deepEqual(list(), [
      ['connecting', 10, 4],
      ['connecting', 11, 0],
      ['connecting', 12, 0],
    ]);
  });

  test('hold connecting and ready in one', () => {
    const { tick, list } = staged();
    tick('connecting', 10.2 * s);
    tick('ready', 10.6 * s);
    tick('ready', 11 * s);
    assert.deepEqual(list(), [['ready', 10, 0]]);
  });

  test('are told in two parts where the load begins within one', () => {
    const { seconds, cell, tick, list } = staged();
    seconds.measure(11.5 * s, 13 * s, 15 * s);
    tick('ready', 11.1 * s);
    assert.equal(seconds.nextUs, 11.5 * s);
    cell.run.counts.connects = 1;
    tick('warmUp', 11.5 * s + 300);
    cell.run.counts.connects = 2;
    tick('warmUp', 12 * s);
    assert.deepEqual(list(), [
      ['ready', 11, 1],
      ['warmUp', 11, 2],
    ]);
  });

  test('have no empty part where a phase ends with a second', () => {
    const { seconds, tick, list } = staged();
    seconds.measure(11 * s, 12 * s, 14 * s);
    const ticks: readonly [Phase, number][] = [
      ['ready', 10.5],
      ['warmUp', 11.0002],
      ['measuring', 12.0009],
      ['measuring', 13],
      ['draining', 14.0001],
      ['draining', 15],
    ];
    for (const [phase, at] of ticks) tick(phase, at * s);
    assert.deepEqual(list(), [
      ['ready', 10, 0],
      ['warmUp', 11, 0],
      ['measuring', 12, 0],
      ['measuring', 13, 0],
      ['draining', 14, 0],
    ]);
  });

  test('know the measured window: it moves on with the clock, and ends where it was to end', () => {
    const { seconds, told, tick } = staged();
    seconds.measure(11 * s, 12 * s, 13.5 * s);
    const window = () => [told.at(-1)?.progress.windowFromUs, told.at(-1)?.progress.windowToUs].map((us = 0) => us / s);
    tick('warmUp', 11.5 * s);
    tick('measuring', 12.01 * s);
    assert.deepEqual(window(), [12, 12.01]);
    tick('measuring', 13.02 * s, 7);
    assert.deepEqual([...window(), told.at(-1)?.progress.lastDueUs], [12, 13.02, 7]);
    tick('draining', 13.6 * s);
    assert.deepEqual([...window(), told.at(-1)?.phase, told.at(-1)?.second], [12, 13.5, 'measuring', 13]);
    tick('draining', 14.1 * s);
    assert.deepEqual(window(), [12, 13.5]);
  });

  test('end the window earlier where the load is stopped, also in the past', () => {
    const { seconds, told, tick, list } = staged();
    seconds.measure(10 * s, 11 * s, 60 * s);
    tick('measuring', 11.2 * s);
    tick('measuring', 12.1 * s);
    seconds.stop(11.9 * s);
    assert.ok(seconds.nextUs <= 12.1 * s);
    tick('draining', 12.2 * s);
    assert.deepEqual(list(), [
      ['measuring', 11, 0],
      ['measuring', 12, 0],
    ]);
    assert.equal(told.at(-1)?.progress.windowToUs, 11.9 * s);
  });

  test('have an empty window where the load was stopped in the warm-up', () => {
    const { seconds, told, tick } = staged();
    seconds.measure(10 * s, 15 * s, 60 * s);
    tick('warmUp', 10.5 * s);
    seconds.stop(11 * s);
    tick('draining', 11.2 * s);
    tick('draining', 12.2 * s);
    const { windowFromUs = 0, windowToUs = 1 } = told.at(-1)?.progress ?? {};
    assert.equal(windowToUs - windowFromUs, 0);
  });

  test('tell the ramp from the first attempt to the last client ready', () => {
    const { seconds, told, tick } = staged();
    tick('connecting', 10.1 * s);
    seconds.ramping(10.2 * s);
    seconds.ramping(10.3 * s);
    seconds.ramped(10.4 * s);
    seconds.ramped(10.8 * s);
    tick('connecting', 11 * s);
    assert.deepEqual([told[0]?.progress.rampFromUs, told[0]?.progress.rampToUs], [10.2 * s, 10.8 * s]);
  });

  test('end with a snapshot of the end, which has the rest', () => {
    const { seconds, cell, tick, list } = staged();
    tick('draining', 10.1 * s);
    tick('draining', 11.1 * s);
    cell.run.counts.connects = 5;
    assert.equal(seconds.over, false);
    tick('ended', 11.3 * s);
    assert.equal(seconds.over, true);
    assert.deepEqual(list().at(-1), ['ended', 11, 5]);
  });

  test('tell how the thread was', () => {
    const { told, tick } = staged();
    tick('connecting', 10.1 * s);
    tick('connecting', 11.1 * s);
    const health = told[0]?.health[0];
    assert.deepEqual([health?.worker, health?.publishing, health?.receiving], ['w', true, false]);
    assert.ok((health?.utilisation ?? -1) >= 0 && (health?.utilisation ?? 2) <= 1);
  });
});
