import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { combined } from '../../../src/backends/alignment.ts';
import { combine } from '../../../src/backends/combine.ts';
import { Histogram } from '../../../src/metrics/histogram.ts';
import type { Phase, Snapshot } from '../../../src/metrics/snapshot.ts';
import { Totals } from '../../../src/metrics/totals.ts';
import type { Execution } from '../../../src/plan/execution.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { group, health, plan, snapshot } from '../../support/hand-made.ts';
import type { Random } from '../../support/seeded.ts';
import { randomFor } from '../../support/seeded.ts';

describe('the same second of several workers', () => {
  test('adds counts, causes, buckets and gauges, cell by cell', () => {
    const one = snapshot('measuring', 5, {
      at: [
        {
          labels: { qos: 1 },
          counts: { messages_sent: 2, disconnects: 1 },
          outside: { messages_sent: 10 },
          causes: { disconnects: { reset: 1 } },
          times: { publish_time: [5, 7] },
          gauges: { in_flight: 3 },
        },
      ],
    });
    const other = snapshot('measuring', 5, {
      at: [
        {
          labels: { qos: 1 },
          counts: { messages_sent: 3, disconnects: 2 },
          causes: { disconnects: { reset: 1, timeout: 1 } },
          times: { publish_time: [7, 6] },
          gauges: { in_flight: 4, publishes_owed: 1 },
        },
        { labels: { qos: 2 }, counts: { messages_sent: 1 } },
      ],
    });
    const { cells } = combine([one, other]);
    assert.deepEqual(cells, [
      {
        labels: { group: 'g', broker: 'b', qos: 1 },
        measured: {
          counts: { messages_sent: 5, disconnects: 3 },
          causes: { disconnects: { reset: 2, timeout: 1 } },
          times: { publish_time: [5, 1, 6, 1, 7, 2] },
        },
        outside: { counts: { messages_sent: 10 }, causes: {}, times: {} },
        gauges: { in_flight: 7, publishes_owed: 1 },
      },
      {
        labels: { group: 'g', broker: 'b', qos: 2 },
        measured: { counts: { messages_sent: 1 }, causes: {}, times: {} },
        outside: { counts: {}, causes: {}, times: {} },
        gauges: {},
      },
    ]);
  });

  test('has the phase of the worker that is least advanced', () => {
    const phase = (...phases: readonly Phase[]) => combine(phases.map((one) => snapshot(one, 5))).phase;
    assert.equal(phase('ready', 'connecting', 'ready'), 'connecting');
    assert.equal(phase('ready', 'ready'), 'ready');
    assert.equal(phase('draining', 'measuring'), 'measuring');
  });

  test('keeps all health, lost, absent and events, the events in the order of time', () => {
    const part = (n: number) =>
      snapshot('measuring', 5, {
        health: [health(`w${n}`)],
        lost: [{ worker: `w${n}`, clients: n, reason: '' }],
        absent: [{ group: 'g', index: n, job: 0, granted: 128 }],
        events: [{ atUs: 10 - n, text: `${n}` }],
      });
    const told = combine([part(1), part(2)]);
    assert.deepEqual(
      told.health.map(({ worker }) => worker),
      ['w1', 'w2'],
    );
    assert.deepEqual([told.lost.length, told.absent.length], [2, 2]);
    assert.deepEqual(
      told.events.map(({ text }) => text),
      ['2', '1'],
    );
  });

  test('has the earliest beginnings and the latest ends', () => {
    const part = (rampFromUs: number, rampToUs: number, windowFromUs: number, windowToUs: number, lastDueUs: number) =>
      snapshot('measuring', 5, { progress: { rampFromUs, rampToUs, windowFromUs, windowToUs, lastDueUs } });
    const { progress } = combine([part(3, 9, 20, 30, 5), part(2, 7, 20, 31, 0), part(0, 0, 0, 0, 8)]);
    assert.deepEqual(progress, { rampFromUs: 2, rampToUs: 9, windowFromUs: 20, windowToUs: 31, lastDueUs: 8 });
  });

  test('of one worker is told as it is', () => {
    const only = snapshot('measuring', 5);
    assert.equal(combine([only]), only);
  });

  test('combined in twos is the same as combined at once', (t) => {
    const random = randomFor(t);
    const parts = [0, 1, 2, 3].map(() => randomSecond(random, 7));
    const [a, b, c, d] = parts as [Snapshot, Snapshot, Snapshot, Snapshot];
    assert.deepEqual(summary([combine([combine([a, b]), combine([c, d])])]), summary([combine(parts)]));
  });
});

function randomSecond(random: Random, second: number): Snapshot {
  const cells = Array.from({ length: 1 + random(3) }, () => ({
    labels: { group: `g${random(2)}`, qos: random(3) as 0 | 1 | 2 },
    counts: { messages_sent: random(1000), disconnects: 2 },
    outside: { messages_received: random(1000) },
    causes: { disconnects: { [`c${random(3)}`]: 2 } },
    times: { publish_time: Array.from({ length: random(50) }, () => random(2 ** random(30))) },
    gauges: { in_flight: random(10) },
  }));
  return snapshot('measuring', second, { at: cells });
}

/** All that totals say of the snapshots. */
function summary(snapshots: readonly Snapshot[]) {
  const totals = new Totals(2048);
  for (const one of snapshots) totals.add(one);
  const labels = totals.cells().toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  return labels.map((where) => ({
    where,
    sent: totals.of('messages_sent', where)?.count,
    received: totals.outside('messages_received', where),
    causes: Object.entries(totals.causes('disconnects', where)).sort(),
    times: (totals.histogram('publish_time', where) ?? new Histogram(2048)).buckets(),
    inFlight: totals.of('in_flight', where)?.count,
  }));
}

describe('a combined execution', () => {
  test('gives each worker its share, passes every word down, and is one execution upwards', () => {
    const heard: string[] = [];
    const shares: Plan[] = [];
    const tells: ((one: Snapshot) => void)[] = [];
    const execute = combined(3, (worker) => (part, tell): Execution => {
      shares.push(part);
      tells.push(tell);
      return {
        start: (atUs, absent) => heard.push(`${worker} start ${atUs} ${absent.length}`),
        drain: (atUs) => heard.push(`${worker} drain ${atUs}`),
        end: () => heard.push(`${worker} end`),
      };
    });
    const told: Snapshot[] = [];
    const execution = execute(plan({ groups: [group('g', { clients: 10 })] }), (one) => told.push(one));
    assert.deepEqual(
      shares.map(({ groups }) => groups[0]?.slice.count),
      [4, 3, 3],
    );
    execution.start(5, []);
    execution.drain(6);
    execution.end(false);
    assert.deepEqual(
      heard,
      [0, 1, 2]
        .map((w) => `${w} start 5 0`)
        .concat(
          [0, 1, 2].map((w) => `${w} drain 6`),
          ['0 end', '1 end', '2 end'],
        ),
    );
    for (const tell of tells) tell(snapshot('ended', 5));
    assert.deepEqual([told.length, told[0]?.phase], [1, 'ended']);
  });
});
