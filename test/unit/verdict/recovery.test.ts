import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { combine } from '../../../src/backends/combine.ts';
import { BreakSums, type Breaks } from '../../../src/metrics/breaks.ts';
import type { Snapshot } from '../../../src/metrics/snapshot.ts';
import type { OutageResult } from '../../../src/verdict/result.ts';
import { judged, ordinaryRun, plan } from '../../support/hand-made.ts';

const nothing: Breaks = { lost: [], back: [], gone: [], delivered: [], acknowledged: [], givenUp: [] };
const labels = { group: 'g', broker: 'b' };

/** Offsets in ms from the start of the load, which is at 100 s; the measured window is from 1000 to 3000. */
const us = (ms: number) => 100_000_000 + ms * 1000;
const lost = (...ms: number[]) => ms.flatMap((at) => [us(at), us(at - 10)]);
const back = (...ms: number[]) => ms.flatMap((at) => [us(at), us(at - 1), 0]);

function withBreaks(breaks: Partial<Breaks>): Snapshot[] {
  const [connecting, warmUp, first, ...rest] = ordinaryRun() as [Snapshot, Snapshot, Snapshot, ...Snapshot[]];
  const cells = [
    {
      labels,
      measured: { counts: {}, causes: {}, times: {} },
      outside: { counts: {}, causes: {}, times: {} },
      gauges: { clients_connected: 10 },
      breaks: { ...nothing, ...breaks },
    },
  ];
  return [connecting, warmUp, { ...first, cells }, ...rest];
}

const outagesOf = (breaks: Partial<Breaks>) => judged(plan(), withBreaks(breaks)).outages;

describe('recovery', () => {
  test('one outage: each figure as the instants say', () => {
    const told = outagesOf({
      lost: lost(1100, 1101, 1102, 1103, 1104, 1105, 1106, 1107, 1108, 1109),
      back: [...back(1500, 1510, 1520, 1530, 1540, 1550, 1560, 1570), us(1580), us(1575), 1, us(1590), us(1585), 2],
      delivered: [us(1600)],
      acknowledged: [us(1555)],
      givenUp: [us(1100), 3, us(1585), 4],
    });
    assert.deepEqual(told, [
      {
        broker: 'b',
        lastGood: 1099,
        detected: { first: 1100, last: 1109 },
        clients: 10,
        losses: 10,
        firstReconnect: 1499,
        back: { p50: 1540, p90: 1580, p100: 1590 },
        gone: 0,
        missing: 0,
        acknowledged: 1555,
        delivered: 1600,
        sessions: { present: 1, of: 2 },
        givenUp: 7,
        lost: 0,
      },
    ] satisfies OutageResult[]);
  });

  test('losses that do not overlap are outages of their own, and what was lost in which is not known', () => {
    const told = outagesOf({ lost: lost(1100, 1300, 1310), back: back(1200, 1400, 1500) });
    assert.deepEqual(
      told.map(({ clients, detected, back, lost }) => [clients, detected.first, back.p100, lost]),
      [
        [1, 1100, 1200, undefined],
        [2, 1300, 1500, undefined],
      ],
    );
  });

  test('who is lost again before all are back is away again: 50 % counts from when they are back for good', () => {
    const [told] = outagesOf({ lost: lost(1100, 1100, 1250), back: back(1200, 1300, 1400) });
    assert.deepEqual([told?.clients, told?.losses, told?.back], [2, 3, { p50: 1300, p90: 1400, p100: 1400 }]);
  });

  test('those given up end an outage, and are never back', () => {
    const [told, more] = outagesOf({ lost: lost(1100, 1100, 1300), back: back(1150, 1350), gone: [us(1200)] });
    assert.deepEqual([told?.gone, told?.missing, told?.back], [1, 0, { p50: 1150 }]);
    assert.equal(more?.detected.first, 1300);
  });

  test('those who are not back at the end are missing', () => {
    const [told] = outagesOf({ lost: lost(1100, 1100) });
    assert.deepEqual([told?.missing, told?.back, told?.firstReconnect], [2, {}, undefined]);
  });

  test('is of the load: what was lost while connecting or in the drain is not told', () => {
    assert.deepEqual(outagesOf({ lost: lost(-500, 3000), back: back(-100, 3100) }), []);
    assert.equal(outagesOf({ lost: lost(-500, 200), back: back(300, 310) })[0]?.detected.first, -500);
  });

  test('is the same from one thread and from several', () => {
    const whole = { lost: lost(1100, 1101, 1102, 1103), back: back(1200, 1210, 1220, 1230) };
    const parts = [
      { lost: lost(1101, 1103), back: back(1210, 1220) },
      { lost: lost(1100, 1102), back: back(1200, 1230) },
    ].map((part) => withBreaks(part));
    const joined = (parts[0] as Snapshot[]).map((one, i) => combine([one, parts[1]?.[i] as Snapshot]));
    assert.deepEqual(judged(plan(), joined).outages, outagesOf(whole));
  });

  test('keeps no more than a run can hold, and knows it', () => {
    const sums = new BreakSums(5);
    sums.add('b', { ...nothing, lost: [1, 1, 2, 2] });
    assert.equal(sums.complete, true);
    sums.add('b', { ...nothing, lost: [3, 3] });
    sums.add('b', { ...nothing, lost: [4, 4] });
    assert.deepEqual([sums.complete, sums.of('b')?.lost], [false, [1, 1, 2, 2, 3, 3]]);
  });
});
