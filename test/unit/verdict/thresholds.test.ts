import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThresholdPlan } from '../../../src/plan/plan.ts';
import { settle } from '../../../src/verdict/delivery.ts';
import { evaluate } from '../../../src/verdict/evaluate.ts';
import { figuresOf } from '../../../src/verdict/figures.ts';
import { judgeThreshold, valueText } from '../../../src/verdict/thresholds.ts';
import type { CellContents } from '../../support/hand-made.ts';
import { ordinaryRun, plan, threshold, told } from '../../support/hand-made.ts';

function value(asked: ThresholdPlan, cells: readonly CellContents[] = []) {
  const of = plan({ thresholds: [asked] });
  const { totals, series } = told(of, ordinaryRun(cells));
  return evaluate(asked.expression, figuresOf({ totals, series, deliveries: settle(of, totals, series) }));
}

const times: CellContents = { labels: { qos: 1 }, times: { publish_time: [1000, 2000, 3000, 100_000] } };

describe('a threshold', () => {
  it('on a time reads percentiles, min, max, avg in ms and compares with a limit in us', () => {
    const p50 = value(threshold('publish_time', { percentile: 50 }, '<', 2500), [times]);
    assert.equal(p50.passed, true);
    assert.ok(p50.value !== null && Math.abs(p50.value - 2) < 0.01);
    assert.equal(value(threshold('publish_time', 'max', '<', 50_000), [times]).passed, false);
    assert.equal(value(threshold('publish_time', 'min', '>=', 1000), [times]).passed, true);
    assert.equal(value(threshold('publish_time', 'avg', '<', 27_000), [times]).passed, true);
    assert.equal(value(threshold('publish_time', 'count', '==', 4), [times]).value, 4);
  });

  it('on a counter reads count or rate over the measured window', () => {
    const sent = [{ counts: { messages_sent: 50 } }];
    assert.deepEqual(value(threshold('messages_sent', 'rate', '>=', 25), sent), { value: 25, passed: true });
    assert.deepEqual(value(threshold('messages_sent', 'count', '!=', 50), sent), { value: 50, passed: false });
  });

  it('on a gauge reads its extremes in the measured window', () => {
    assert.deepEqual(value(threshold('clients_connected', 'min', '>=', 10)), { value: 10, passed: true });
  });

  it('on a share reads the part of what it is of, and has no data where that is nothing', () => {
    const due = [{ labels: { qos: 0 as const }, counts: { publishes_due: 399, publishes_late: 2 } }];
    // With the one of the second after it.
    assert.deepEqual(value(threshold('publishes_late', 'share', '<', 0.01), due), { value: 0.005, passed: true });
    assert.deepEqual(value(threshold('disconnects_at_publish', 'share', '==', 0)), { value: 0, passed: true });
    assert.deepEqual(value(threshold('takeovers', 'share', '==', 0)), { value: null, passed: false });
    const owed = { labels: { qos: 1 as const }, counts: { deliveries_expected: 8, deliveries_made: 6 } };
    assert.equal(value(threshold('messages_lost', 'share', '<', 0.01), [owed]).value, 0.25);
    assert.equal(value(threshold('messages_lost', 'share', '<', 0.01)).value, null);
    assert.equal(value(threshold('messages_lost', 'rate', '<', 2), [owed]).value, 1);
    const attempts = [{ counts: { connect_errors: 10 } }];
    assert.equal(value(threshold('connect_errors', 'share', '<', 0.6), attempts).value, 0.5);
  });

  it('on the share of what is acknowledged leaves QoS 0 out, which never is', () => {
    const sent = ([0, 1, 2] as const).map((qos) => ({
      labels: { qos },
      counts: { messages_sent: 100, messages_acked: qos === 0 ? 0 : 50 * qos },
    }));
    const acked = (where: object) => value(threshold('messages_acked', 'share', '>', 0.9, { where }), sent).value;
    assert.deepEqual([acked({}), acked({ qos: 1 }), acked({ qos: 2 }), acked({ qos: 0 })], [0.75, 0.5, 1, null]);
  });

  it('on a part of the run that nothing is counted of has no data, whatever the count', () => {
    const where = { group: 'g', qos: 2 as const };
    assert.equal(value(threshold('messages_duplicated', 'count', '==', 0, { where })).value, null);
    assert.equal(value(threshold('messages_received', 'rate', '==', 0, { where })).value, null);
    assert.equal(value(threshold('messages_duplicated', 'count', '==', 0, { where: { group: 'g' } })).value, 0);
  });

  it('may ask one group, broker or QoS only', () => {
    const where = { qos: 2 as const };
    assert.equal(value(threshold('publish_time', 'max', '<', 1e9, { where }), [times]).value, null);
    assert.equal(value(threshold('publish_time', 'count', '>', 0, { where: { qos: 1 } }), [times]).passed, true);
  });

  it('on messages_lost has no data where nothing was owed: then nothing lost says nothing', () => {
    const none = threshold('messages_lost', 'count', '==', 0);
    assert.deepEqual(value(none), { value: null, passed: false });
    const owed = { labels: { qos: 1 as const }, counts: { deliveries_expected: 5, deliveries_made: 5 } };
    assert.deepEqual(value(none, [owed]), { value: 0, passed: true });
  });

  it('on delivery_violations holds where none was seen', () => {
    assert.deepEqual(value(threshold('delivery_violations', 'count', '==', 0)), { value: 0, passed: true });
  });

  it('is told with the unit of its value', () => {
    const of = plan();
    const { totals, series } = told(of, ordinaryRun([times, { counts: { messages_sent: 5000 } }]));
    const measured = { totals, series, deliveries: settle(of, totals, series) };
    const text = (asked: ThresholdPlan) => valueText(judgeThreshold(asked, measured));
    assert.equal(text(threshold('publish_time', { percentile: 99 }, '<', 1)), '100ms');
    assert.equal(text(threshold('messages_sent', 'rate', '>', 1)), '2,500/s');
    assert.equal(text(threshold('messages_sent', 'count', '>', 1)), '5,000');
    assert.equal(text(threshold('delivery_time', 'max', '>', 1)), 'no data');
    assert.equal(text(threshold('publish_time', 'max', '<', 1, { where: { qos: 1 } })), '100ms');
    assert.equal(text(threshold('messages_acked', 'share', '>', 1)), 'no data');
    assert.equal(text(threshold('connect_errors', 'share', '<', 1)), '0%');
  });
});
