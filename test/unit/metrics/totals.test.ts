import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Totals } from '../../../src/metrics/totals.ts';
import { progressAt, snapshot } from '../../support/hand-made.ts';

function totalsOf(...snapshots: readonly ReturnType<typeof snapshot>[]): Totals {
  const totals = new Totals(2048);
  for (const one of snapshots) totals.add(one);
  return totals;
}

const [a0, a1, b1] = [
  { group: 'a', qos: 0 },
  { group: 'a', qos: 1 },
  { group: 'b', qos: 1 },
] as const;

describe('totals', () => {
  test('are sums of the cells that match, second after second', () => {
    const second = (n: number) =>
      snapshot('measuring', n, {
        at: [
          { labels: a0, counts: { messages_sent: 1 } },
          { labels: a1, counts: { messages_sent: 10 } },
          { labels: b1, counts: { messages_sent: 100 } },
        ],
      });
    const totals = totalsOf(second(101), second(102));
    const sent = (where: Parameters<Totals['of']>[1]) => totals.of('messages_sent', where)?.count;
    assert.deepEqual(
      [sent({}), sent({ group: 'a' }), sent({ qos: 1 }), sent(a1), sent({ broker: 'b' }), sent({ broker: 'no' })],
      [222, 22, 220, 20, 222, 0],
    );
  });

  test('hold what was due in the window, what was due outside of it, and what happened in it, apart', () => {
    const totals = totalsOf(
      snapshot('warmUp', 100, { at: [{ outside: { messages_acked: 5 } }] }),
      snapshot('measuring', 101, { at: [{ counts: { messages_acked: 7 }, outside: { messages_acked: 2 } }] }),
      snapshot('measuring', 102, { at: [{ counts: { messages_acked: 9 } }], progress: progressAt(102) }),
      snapshot('draining', 103, { at: [{ counts: { messages_acked: 3 } }], progress: progressAt(102) }),
    );
    const acked = totals.of('messages_acked');
    assert.deepEqual([acked?.count, acked?.inWindow, acked?.ratePerSecond], [19, 18, 9]);
    assert.equal(totals.outside('messages_acked'), 7);
  });

  test('take the rate of connects over the ramp', () => {
    const totals = totalsOf(
      snapshot('connecting', 99, { at: [{ counts: { connects: 10 } }], progress: progressAt(100) }),
    );
    assert.equal(totals.of('connects')?.ratePerSecond, 20);
  });

  test('have no rate before the window has begun', () => {
    assert.equal(totalsOf(snapshot('warmUp', 100, {})).of('messages_sent')?.ratePerSecond, 0);
  });

  test('replace gauges', () => {
    const connected = (n: number) => snapshot('measuring', n, { at: [{ gauges: { clients_connected: n } }] });
    const totals = totalsOf(connected(10), connected(4));
    assert.equal(totals.of('clients_connected')?.count, 4);
  });

  test('let go of the gauges of cells that nobody tells of any more', () => {
    const totals = totalsOf(
      snapshot('measuring', 101, {
        at: [
          { labels: { group: 'a' }, gauges: { clients_connected: 3 } },
          { labels: { group: 'b' }, gauges: { clients_connected: 5 } },
        ],
      }),
      // The worker of group b has died.
      snapshot('measuring', 102, { at: [{ labels: { group: 'a' }, gauges: { clients_connected: 3 } }] }),
    );
    assert.equal(totals.of('clients_connected')?.count, 3);
  });

  test('take percentiles from merged buckets', () => {
    const totals = totalsOf(
      snapshot('measuring', 101, { at: [{ labels: a0, times: { publish_time: [10, 20] } }] }),
      snapshot('measuring', 102, { at: [{ labels: b1, times: { publish_time: [30, 1000] } }] }),
    );
    const all = totals.of('publish_time');
    assert.deepEqual([all?.count, all?.min, all?.percentile(50), all?.max, all?.mean], [4, 10, 20, 1000, 265]);
    assert.equal(totals.of('publish_time', { group: 'a' })?.max, 20);
    assert.equal(totals.of('publish_time', { group: 'a', qos: 1 }), undefined);
    assert.equal(totals.of('delivery_time'), undefined);
  });

  test('add causes up', () => {
    const lost = (cause: string, n: number) =>
      snapshot('measuring', 101, { at: [{ counts: { disconnects: n }, causes: { disconnects: { [cause]: n } } }] });
    const totals = totalsOf(lost('x', 1), lost('y', 2), lost('x', 3));
    assert.deepEqual(totals.causes('disconnects'), { x: 4, y: 2 });
    assert.deepEqual(totals.causes('disconnects', { group: 'other' }), {});
  });

  test('collect who was lost, absent, and what happened', () => {
    const totals = totalsOf(
      snapshot('connecting', 99, { absent: [{ group: 'g', index: 0, job: 0, granted: 128 }] }),
      snapshot('measuring', 101, {
        lost: [{ worker: 'w', clients: 3, reason: 'r' }],
        events: [{ atUs: 1, text: 'e' }],
      }),
      snapshot('ended', 102, { events: [{ atUs: 2, text: 'f' }] }),
    );
    assert.deepEqual([totals.lost.length, totals.absent.length, totals.events.length], [1, 1, 2]);
    assert.equal(totals.phase, 'ended');
    assert.equal(totals.started, true);
  });

  test('know a window that was cut short by what was told of it last', () => {
    const told = (toUs: number) => ({ ...progressAt(101), windowToUs: toUs });
    const totals = totalsOf(
      snapshot('measuring', 103, { progress: told(104_000_000) }),
      snapshot('draining', 104, { progress: told(103_500_000) }),
    );
    assert.equal(totals.measuredSeconds, 2.5);
  });
});
