import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LiveSecond, LiveSeconds } from '../../../src/reporters/live.ts';
import { ordinaryRun, plan, snapshot } from '../../support/hand-made.ts';

function toldBy(snapshots: Parameters<LiveSeconds['add']>[0][], changes = {}): LiveSecond[] {
  const told: LiveSecond[] = [];
  const live = new LiveSeconds(plan(changes), (second) => told.push(second));
  for (const each of snapshots) live.add(each);
  live.close();
  return told;
}

describe('the seconds of a run, told live', () => {
  it('are one for each phase in them, with the start of the load as 0 once it is known', () => {
    assert.deepEqual(
      toldBy(ordinaryRun()).map(({ phase, t }) => [phase, t]),
      [
        ['connecting', null],
        ['warmUp', 0],
        ['measuring', 1000],
        ['measuring', 2000],
        ['draining', 3000],
        ['draining', 4000],
        ['draining', 5000],
        ['ended', 5000],
      ],
    );
  });

  it('put tenths together: counts add, gauges are the last', () => {
    const tenth = (at: number, connects: number) =>
      snapshot('connecting', 7, { tenth: at, at: [{ counts: { connects }, gauges: { clients_connected: connects } }] });
    const [only, ...more] = toldBy([tenth(0, 1), tenth(1, 2), tenth(2, 4)]);
    assert.deepEqual(more, []);
    assert.deepEqual(only?.counts(), { counts: { connects: 7 }, times: {}, gauges: { clients_connected: 4 } });
  });

  it('are told at once under load', () => {
    const told: LiveSecond[] = [];
    const live = new LiveSeconds(plan(), (second) => told.push(second));
    live.add(snapshot('measuring', 7));
    assert.equal(told.length, 1);
    live.add(snapshot('draining', 8));
    assert.equal(told.length, 1);
  });

  it('find the start of a load whose warm-up is no whole second', () => {
    const run = [snapshot('warmUp', 9, { tenth: 4 }), snapshot('warmUp', 10), snapshot('measuring', 11)];
    assert.deepEqual(
      toldBy(run, { warmUpMs: 1550 }).map(({ t }) => t),
      [-450, 550, 1550],
    );
  });

  it('begin a second apart by the time of day', () => {
    const [first, second] = toldBy([snapshot('measuring', 7), snapshot('measuring', 8)]);
    assert.equal((second?.atMs ?? 0) - (first?.atMs ?? 0), 1000);
  });
});
