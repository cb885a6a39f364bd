import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../src/metrics/snapshot.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import type { Deliveries } from '../../../src/verdict/delivery.ts';
import { settle } from '../../../src/verdict/delivery.ts';
import type { CellContents } from '../../support/hand-made.ts';
import { group, ordinaryRun, plan, snapshot, told } from '../../support/hand-made.ts';

function settled(cells: readonly CellContents[], more: readonly Snapshot[] = [], of: Plan = plan()): Deliveries {
  const { totals, series } = told(of, [...ordinaryRun(cells), ...more]);
  return settle(of, totals, series);
}

const owed = (qos: 0 | 1 | 2, expected: number, made: number): CellContents => ({
  labels: { qos },
  counts: { deliveries_expected: expected, deliveries_made: made },
});

describe('loss', () => {
  it('is what was expected and not made', () => {
    assert.deepEqual(settled([owed(1, 10, 7)]).lost({}), { count: 3, by: { acked_not_delivered: 3 } });
  });

  it('is no violation at QoS 0', () => {
    const deliveries = settled([owed(0, 10, 7)]);
    assert.deepEqual(deliveries.lost({}), { count: 3, by: { qos0: 3 } });
    assert.equal(deliveries.violations({}).count, 0);
  });

  it('is a violation at QoS 1 where nothing excuses it', () => {
    assert.deepEqual(settled([owed(1, 10, 7)]).violations({}), { count: 3, by: { acked_not_delivered: 3 } });
  });

  for (const excuse of ['disconnects', 'messages_unacked', 'publish_errors'] as const) {
    it(`is of unknown cause, and no violation, where there were ${excuse}`, () => {
      const deliveries = settled([owed(2, 10, 7), { counts: { [excuse]: 1 } }]);
      assert.deepEqual(deliveries.lost({}).by, { unknown: 3 });
      assert.equal(deliveries.violations({}).count, 0);
    });
  }

  it('is excused by a publisher of another group, but not by another subscriber', () => {
    const groups = [group('g'), group('other')];
    const connects = { labels: { group: 'other' }, counts: { connects: 10 } };
    const dropped = { labels: { group: 'other' }, counts: { disconnects: 1 } };
    const publisher = { labels: { group: 'other' }, counts: { publishes_due: 5 } };
    const subscriberFell = settled([owed(1, 10, 7), connects, dropped], [], plan({ groups }));
    assert.deepEqual(subscriberFell.lost({}).by, { acked_not_delivered: 3 });
    const publisherFell = settled([owed(1, 10, 7), connects, dropped, publisher], [], plan({ groups }));
    assert.deepEqual(publisherFell.lost({}).by, { unknown: 3 });
  });

  it('is of the drain where messages still came in its last second', () => {
    const late = snapshot('draining', 106, { at: [{ labels: { qos: 1 }, counts: { messages_received: 1 } }] });
    assert.deepEqual(settled([owed(1, 10, 7)], [late]).lost({}).by, { drain_ended: 3 });
  });

  it('of one cell is never made up for by another', () => {
    const other = { labels: { qos: 1 as const, broker: 'c' }, counts: { deliveries_expected: 5, deliveries_made: 6 } };
    const deliveries = settled([owed(1, 10, 9), other]);
    assert.equal(deliveries.lost({}).count, 1);
    assert.equal(deliveries.lost({ broker: 'c' }).count, 0);
    assert.match(deliveries.warnings[0] ?? '', /broker c, QoS 1: 6 deliveries for 5 expected: this is a bug/);
  });
});

describe('messages that are not of this run', () => {
  it('are warned of wherever they come, also before anything is measured', () => {
    const came = { counts: { messages_foreign: 2 }, outside: { messages_foreign: 5 } };
    assert.match(
      settled([came]).warnings[0] ?? '',
      /^7 messages came that are not of this run, 2 in the measured window and 5 outside of it: /,
    );
    assert.match(settled([{ outside: { messages_foreign: 5 } }]).warnings[0] ?? '', /^5 messages .* 0 in the measured/);
    assert.deepEqual(settled([]).warnings, []);
  });
});

describe('duplicates', () => {
  it('are violations where they are forbidden', () => {
    const twice: CellContents = { labels: { qos: 2 }, counts: { messages_duplicated: 5 } };
    assert.deepEqual(settled([twice]).violations({}), { count: 0, by: {} });
    const forbidden = { ...twice, causes: { messages_duplicated: { forbidden: 2 } } };
    assert.deepEqual(settled([forbidden]).violations({}), { count: 2, by: { duplicate: 2 } });
  });
});

describe('the delivery table', () => {
  it('has a row for each subscribing group and QoS, summed over brokers', () => {
    const elsewhere = {
      labels: { qos: 1 as const, broker: 'c' },
      counts: { deliveries_expected: 5, deliveries_made: 5 },
    };
    const disordered = { labels: { qos: 2 as const }, counts: { messages_out_of_order: 4 } };
    assert.deepEqual(settled([owed(1, 10, 9), elsewhere, disordered]).rows, [
      { group: 'g', qos: 1, expected: 15, received: 14, lost: 1, duplicated: 0, outOfOrder: 0 },
      { group: 'g', qos: 2, expected: 0, received: 0, lost: 0, duplicated: 0, outOfOrder: 4 },
    ]);
  });

  it('counts what came out of order as a violation', () => {
    const disordered = { labels: { qos: 0 as const }, counts: { messages_out_of_order: 4 } };
    assert.deepEqual(settled([disordered]).violations({}).by, { out_of_order: 4 });
  });
});
