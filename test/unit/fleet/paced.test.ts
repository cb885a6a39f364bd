import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Placed } from '../../../src/fleet/drive.ts';
import { Paced } from '../../../src/fleet/paced.ts';
import { TakenLog } from '../../../src/fleet/taken-log.ts';
import type { CellSnapshot } from '../../../src/metrics/snapshot.ts';
import { constantPacer } from '../../../src/pacing/constant.ts';
import type { Pacer } from '../../../src/pacing/pacer.ts';
import { stagesPacer } from '../../../src/pacing/stages.ts';
import { indexOf, shareSlice } from '../../../src/plan/share.ts';
import { type FakeClient, FakeHost, ready, streamOf, welcomed } from '../../support/fake-fleet.ts';
import { group as makeGroup } from '../../support/hand-made.ts';
import { randomFor } from '../../support/seeded.ts';

const startUs = 10_000_000;

type Setting = {
  readonly clients: number;
  readonly pacer: Pacer;
  readonly lengthUs?: number;
  readonly limit?: number | null;
  readonly maxQueued?: number;
  readonly worker?: number;
  readonly workers?: number;
};

/** A share of a group in virtual time: every tick is where the test puts it. */
function staged({ clients, pacer, lengthUs = 1e12, limit = null, maxQueued = 1000, worker = 0, workers = 1 }: Setting) {
  const host = new FakeHost();
  host.nowUs = startUs;
  host.recorder.measure(startUs, startUs + lengthUs);
  const group = makeGroup('g', { clients, maxQueued });
  const slice = shareSlice(group.slice, worker, workers);
  const made = Array.from({ length: slice.count }, (_, k) => ready(host, { group, index: indexOf(slice, k) }));
  const placed = made.map(({ member }): Placed => ({ member, stream: streamOf(member) }));
  const taken = new TakenLog();
  const paced = new Paced(placed, group, pacer, limit, taken);
  for (const { member, stream } of placed) member.streams.push({ stream, drive: paced });
  paced.start(startUs, startUs + lengthUs);
  const sums = new Map<string, number>();
  return {
    host,
    made,
    placed,
    paced,
    clients: made.map(({ client }) => client),
    published: () => made.flatMap(({ client }) => client.published),
    /** Runs all ticks from now to then. */
    until(toUs: number, everyUs = 1000): void {
      for (; host.nowUs <= toUs; host.nowUs += everyUs) if (paced.nextUs <= host.nowUs) paced.run(host.clock);
    },
    /** What has been counted in all. */
    counts(): Record<string, number> {
      const { measured, gauges } = host.taken(0);
      for (const [name, count] of Object.entries(measured.counts)) sums.set(name, (sums.get(name) ?? 0) + count);
      return { ...Object.fromEntries(sums), owed: gauges.publishes_owed ?? 0 };
    },
  };
}

/** Of a time: values and how many of each, where they are below 2,048 us; else buckets. */
function values(cell: CellSnapshot, time: 'schedule_lag' | 'wait_time'): number {
  const buckets = cell.measured.times[time] ?? [];
  return buckets.filter((_, i) => i % 2 === 1).reduce((sum, count) => sum + count, 0);
}

describe('a paced publish entry', () => {
  test('takes exactly what is due before the end, each client its part, at the pacer s own instants', () => {
    const pacer = constantPacer(50);
    const { until, counts, clients, published } = staged({ clients: 10, pacer, lengthUs: 10_000_000 });
    until(startUs + 11_000_000);
    assert.deepEqual(counts(), { publishes_due: 500, messages_sent: 500, owed: 0 });
    assert.deepEqual(
      clients.map(({ published: own }) => own.length),
      Array(10).fill(50),
    );
    const due = published()
      .map(({ dueUs }) => dueUs)
      .sort((a, b) => a - b);
    assert.deepEqual(
      due,
      Array.from({ length: 500 }, (_, n) => startUs + n * 20_000),
    );
    for (const { dueUs, nowUs } of published()) assert.ok(nowUs >= dueUs && nowUs < dueUs + 1000);
  });

  test('is the same load however it is shared', () => {
    const pacer = stagesPacer(
      [
        { over: 3000, to: 13.3 },
        { for: 2000, at: 7.7 },
      ],
      23,
    );
    const loads = [1, 2, 3, 7, 23, 30].map((workers) => {
      const operations = Array.from({ length: workers }, (_, worker) => {
        const share = staged({ clients: 23, pacer, worker, workers, lengthUs: 5_000_000 });
        share.until(startUs + 6_000_000);
        return share.placed.flatMap(({ stream }, k) =>
          (share.clients[k] as FakeClient).published.map(({ dueUs }) => `${stream.index} ${dueUs}`),
        );
      });
      return operations.flat().sort();
    });
    assert.equal(loads[0]?.length, pacer.due(5000));
    for (const load of loads) assert.deepEqual(load, loads[0]);
  });

  test('catches up after the thread stood still: nothing is skipped, and what was late counts as late', () => {
    const { host, until, paced, counts } = staged({ clients: 4, pacer: constantPacer(100), lengthUs: 10_000_000 });
    until(startUs + 999_000);
    host.nowUs = startUs + 3_000_000;
    until(startUs + 9_999_000);
    assert.equal(paced.lastDueUs, startUs + 9_990_000);
    const { publishes_late, ...rest } = counts();
    assert.deepEqual(rest, { publishes_due: 1000, messages_sent: 1000, owed: 0 });
    // Due from 1.00 s to 3.00 s, of which the last two were at most 10 ms late.
    assert.equal(publishes_late, 199);
  });

  test('does at most 512 operations a turn, and asks for another at once', () => {
    const { host, paced, published } = staged({ clients: 1, pacer: constantPacer(10_000) });
    host.nowUs = startUs + 1_000_000;
    paced.run(host.clock);
    assert.equal(published().length, 512);
    assert.ok(paced.nextUs <= host.nowUs);
  });

  test('counts the schedule lag of every operation when it is taken, sent or not', () => {
    const { host, until, clients } = staged({ clients: 2, pacer: constantPacer(100) });
    (clients[0] as FakeClient).room = 0;
    until(startUs + 990_000);
    const cell = host.taken(0);
    assert.deepEqual([values(cell, 'schedule_lag'), values(cell, 'wait_time')], [100, 50]);
  });

  test('never publishes before the start, nor without clients', () => {
    const { paced } = staged({ clients: 5, pacer: constantPacer(10) });
    assert.equal(paced.nextUs, startUs);
    assert.equal(
      staged({ clients: 2, pacer: constantPacer(10), worker: 3, workers: 4 }).paced.nextUs,
      Number.POSITIVE_INFINITY,
    );
    assert.equal(staged({ clients: 2, pacer: constantPacer(0) }).paced.nextUs, Number.POSITIVE_INFINITY);
  });
});

describe('what a client cannot send is owed', () => {
  test('and paid oldest first with its own due times, once there is room', () => {
    const { host, made, until, counts } = staged({ clients: 1, pacer: constantPacer(10) });
    const [{ member, client }] = made as [(typeof made)[0]];
    client.room = 0;
    until(startUs + 1_050_000);
    assert.deepEqual(counts(), { publishes_due: 11, owed: 11 });
    client.room = 4;
    member.writable();
    assert.deepEqual(
      client.published.map(({ dueUs }) => dueUs - startUs),
      [0, 100_000, 200_000, 300_000],
    );
    assert.deepEqual(counts(), { publishes_due: 11, messages_sent: 4, owed: 7 });
    // Those that come due meanwhile wait behind them.
    until(startUs + 1_150_000);
    client.room = 100;
    member.writable();
    assert.deepEqual(
      client.published.map(({ dueUs }) => (dueUs - startUs) / 100_000),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
    assert.deepEqual(counts(), { publishes_due: 12, messages_sent: 12, owed: 0 });
    assert.equal(host.nowUs > startUs, true);
  });

  test('with the wait from when it was taken, not from when it was due', () => {
    const { host, made, until } = staged({ clients: 1, pacer: constantPacer(1) });
    const [{ member, client }] = made as [(typeof made)[0]];
    client.room = 0;
    // Due at 0 s, taken 700 us late.
    host.nowUs = startUs + 700;
    until(startUs + 700);
    host.nowUs = startUs + 2000;
    client.room = 1;
    member.writable();
    const { times } = host.taken(0).measured;
    assert.deepEqual(
      [times.schedule_lag, times.wait_time],
      [
        [700, 1],
        [1300, 1],
      ],
    );
  });

  test('up to maxQueued: then the oldest is dropped, and takes no number', () => {
    const { made, placed, until, counts } = staged({ clients: 1, pacer: constantPacer(10), maxQueued: 3 });
    const [{ member, client }] = made as [(typeof made)[0]];
    client.room = 0;
    until(startUs + 950_000);
    assert.deepEqual(counts(), { publishes_due: 10, publishes_dropped: 7, owed: 3 });
    client.room = 100;
    member.writable();
    assert.deepEqual(
      client.published.map(({ dueUs }) => (dueUs - startUs) / 100_000),
      [7, 8, 9],
    );
    assert.equal(placed[0]?.stream.sequence, 3);
    assert.deepEqual(counts(), { publishes_due: 10, publishes_dropped: 7, messages_sent: 3, owed: 0 });
  });

  test('until it is gone for good: then all of it is dropped, and so is what is due later', () => {
    const { made, placed, paced, until, counts } = staged({ clients: 1, pacer: constantPacer(10) });
    const [{ member, client }] = made as [(typeof made)[0]];
    client.room = 0;
    until(startUs + 450_000);
    assert.deepEqual(counts(), { publishes_due: 5, owed: 5 });
    member.giveUp();
    for (const { stream } of placed) paced.forsake(stream);
    assert.deepEqual(counts(), { publishes_due: 5, publishes_dropped: 5, owed: 0 });
    until(startUs + 950_000);
    assert.deepEqual(counts(), { publishes_due: 10, publishes_dropped: 10, owed: 0 });
  });

  test('while it is away, and paid when it is ready again', () => {
    const { made, until, counts } = staged({ clients: 1, pacer: constantPacer(10) });
    const [{ member, client }] = made as [(typeof made)[0]];
    until(startUs + 450_000);
    client.connected = false;
    member.closed('connection_reset');
    until(startUs + 950_000);
    assert.deepEqual(counts(), { publishes_due: 10, messages_sent: 5, owed: 5 });
    member.open(() => {});
    client.connected = true;
    member.connected(welcomed(0));
    assert.deepEqual(counts(), { publishes_due: 10, messages_sent: 10, owed: 0 });
  });

  test('due = sent + dropped + owed, whatever happens', (t) => {
    const random = randomFor(t);
    for (let round = 0; round < 20; round++) {
      const share = staged({
        clients: 1 + random(9),
        pacer: constantPacer(1 + random(3000)),
        lengthUs: 2_000_000,
        maxQueued: random(20),
        limit: random(2) === 0 ? null : 1 + random(200),
      });
      const { host, made, placed, until, counts } = share;
      for (const { client } of made) client.room = random(30);
      while (host.nowUs < startUs + 3_000_000) {
        until(host.nowUs + random(20_000), 1 + random(5000));
        const { member, client } = made[random(made.length)] as (typeof made)[0];
        client.room += random(60);
        if (random(3) > 0) member.writable();
        const { publishes_due = 0, messages_sent = 0, publishes_dropped = 0, owed = 0 } = counts();
        assert.equal(publishes_due, messages_sent + publishes_dropped + owed);
      }
      for (const [k, { stream }] of placed.entries()) {
        const own = (made[k] as (typeof made)[0]).client.published;
        assert.equal(own.length, stream.sequence);
        assert.ok(own.every(({ dueUs }, i) => i === 0 || dueUs > (own[i - 1]?.dueUs ?? 0)));
        assert.ok(stream.passed - stream.settled <= 20);
      }
    }
  });
});

describe('the end of a paced publish entry', () => {
  test('comes with the message limit of each client, whatever is still owed', () => {
    const { made, placed, paced, until, counts } = staged({ clients: 3, pacer: constantPacer(30), limit: 5 });
    const [{ member, client }] = made as [(typeof made)[0]];
    client.room = 2;
    until(startUs + 5_000_000);
    assert.deepEqual(counts(), { publishes_due: 15, messages_sent: 12, owed: 3 });
    assert.equal(paced.nextUs, Number.POSITIVE_INFINITY);
    assert.deepEqual(
      placed.map(({ stream }) => paced.finished(stream)),
      [false, true, true],
    );
    client.room = 100;
    member.writable();
    assert.deepEqual(
      placed.map(({ stream }) => paced.finished(stream)),
      [true, true, true],
    );
  });

  test('may be earlier: nothing due then or later is taken, but what is owed is still paid', () => {
    const { made, paced, until, counts } = staged({ clients: 1, pacer: constantPacer(10) });
    const [{ member, client }] = made as [(typeof made)[0]];
    client.room = 0;
    until(startUs + 450_000);
    paced.stop(startUs + 600_000);
    until(startUs + 2_000_000);
    assert.deepEqual(counts(), { publishes_due: 6, owed: 6 });
    client.room = 100;
    member.writable();
    assert.deepEqual(counts(), { publishes_due: 6, messages_sent: 6, owed: 0 });
    assert.equal(paced.lastDueUs, startUs + 500_000);
  });

  test('comes with that of its pacer', () => {
    const { paced, until, counts } = staged({ clients: 2, pacer: stagesPacer([{ for: 1000, at: 5 }], 2) });
    until(startUs + 3_000_000);
    assert.equal(counts()['publishes_due'], 10);
    assert.equal(paced.nextUs, Number.POSITIVE_INFINITY);
  });
});
