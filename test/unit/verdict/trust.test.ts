import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../src/metrics/snapshot.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { judgeTrust, type Trust } from '../../../src/verdict/trust.ts';
import { group, health, judged, ordinaryRun, plan, progressAt, snapshot, told } from '../../support/hand-made.ts';

const many = (us: number, n = 1000) => Array.from({ length: n }, () => us);

function trustOf(snapshots: readonly Snapshot[], of: Plan = plan()): Trust {
  const { totals, series } = told(of, snapshots);
  return judgeTrust(of, totals, series);
}

function withLag(lagUs: number, deliveryUs: number, delayUs = 0): Trust {
  const times = { schedule_lag: many(lagUs), delivery_time: many(deliveryUs) };
  const delays = delayUs > 0 ? many(delayUs) : [];
  return trustOf(ordinaryRun([{ times }], { health: [health('0', { delays })] }));
}

function busyFor(seconds: number, of?: Plan): Trust {
  const snapshots = Array.from({ length: seconds }, (_, i) =>
    snapshot('measuring', 101 + i, { health: [health('1', { utilisation: 0.99 })], progress: progressAt(101 + i) }),
  );
  return trustOf(snapshots, of);
}

describe('trust', () => {
  it('is trustworthy where the generator was on time', () => {
    assert.deepEqual(withLag(500, 10_000, 900), { verdict: 'trustworthy', reasons: [], grounds: [], warnings: [] });
  });

  it('advises more threads only where one was busy, and calls more than all of the p99 that', () => {
    const times = { schedule_lag: many(30_000), delivery_time: many(20_000) };
    const reasonAt = (utilisation: number) =>
      trustOf(ordinaryRun([{ times }], { health: [health('0', { utilisation })] })).reasons[0] ?? '';
    assert.match(reasonAt(0.02), /, more than the delivery_time p99 of 20ms: no thread was more than 2 % busy: see /);
    assert.match(reasonAt(0.9), /: ask for less, or add --threads or a machine$/);
  });

  it('is degraded above 2 ms of possible error on quick deliveries', () => {
    const trust = withLag(1500, 5000, 1500);
    assert.equal(trust.verdict, 'degraded');
    assert.match(trust.reasons[0] ?? '', /off by 3ms .*taken up 1\.5ms late.*60 % of the delivery_time p99 of 5ms/);
  });

  it('bears 10 % of what was measured: 5 ms beside 100 ms', () => {
    assert.equal(withLag(5000, 100_000).verdict, 'trustworthy');
    assert.equal(withLag(12_000, 100_000).verdict, 'degraded');
  });

  it('is invalid above 20 ms and half of what was measured', () => {
    assert.equal(withLag(25_000, 30_000).verdict, 'invalid');
    assert.equal(withLag(25_000, 60_000).verdict, 'degraded');
  });

  it('is judged by publish_time where nothing is delivered', () => {
    const times = { schedule_lag: many(5000), publish_time: many(100_000) };
    assert.equal(trustOf(ordinaryRun([{ times }])).verdict, 'trustworthy');
  });

  it('does not look at the loop delay of a thread that receives nothing', () => {
    const idle = { ...health('0', { delays: many(50_000) }), receiving: false };
    assert.equal(trustOf(ordinaryRun([], { health: [idle] })).verdict, 'trustworthy');
  });

  it('is degraded where 1 % of the publishes came late, and invalid where 5 % came over 100 ms late', () => {
    const few = { counts: { publishes_late: 10 }, times: { schedule_lag: many(1000), delivery_time: many(1_000_000) } };
    assert.equal(trustOf(ordinaryRun([few])).verdict, 'degraded');
    const slow = { schedule_lag: [...many(1000, 950), ...many(150_000, 50)], delivery_time: many(1_000_000) };
    const trust = trustOf(ordinaryRun([{ times: slow }]));
    assert.equal(trust.verdict, 'invalid');
    assert.match(trust.reasons[0] ?? '', /5\.0 % of the publishes were taken up over 100 ms late/);
  });

  it('is invalid where a thread was busy for five seconds running while a rate was asked', () => {
    assert.equal(busyFor(4).verdict, 'trustworthy');
    const trust = busyFor(5);
    assert.equal(trust.verdict, 'invalid');
    assert.match(
      trust.reasons[0] ?? '',
      /worker "1" was up to 99 % busy, for 5 s running: ask for less, or add --threads/,
    );
  });

  it('says of a closed loop that the generator was the limit, and does not call it invalid', () => {
    const options = { topic: 'a/{index}', qos: 1, retain: false, rate: 'max', payload: 256 };
    const loop = plan({ groups: [group('g', { jobs: [{ workload: 'publish', options, firstStream: 0 }] })] });
    const trust = busyFor(6, loop);
    assert.equal(trust.verdict, 'trustworthy');
    assert.match(trust.warnings[0] ?? '', /the generator was the limit, not the broker/);
  });

  it('is degraded with the embedded broker', () => {
    const brokers = [{ name: 'b', target: { url: 'mqtt://127.0.0.1:1' }, weight: 1, embedded: true }];
    const trust = trustOf(ordinaryRun(), plan({ brokers }));
    assert.equal(trust.verdict, 'degraded');
    assert.match(trust.reasons[0] ?? '', /no measure of capacity/);
  });

  it('makes the run invalid with exit code 4, unless allowed', () => {
    const times = { schedule_lag: many(25_000), delivery_time: many(30_000) };
    const strict = judged(plan(), ordinaryRun([{ times }]));
    assert.deepEqual([strict.verdict, strict.exitCode, strict.trust.verdict], ['invalid', 4, 'invalid']);
    const lenient = judged(plan(), ordinaryRun([{ times }]), { allowInvalid: true });
    assert.deepEqual([lenient.verdict, lenient.exitCode, lenient.trust.verdict], ['passed', 0, 'invalid']);
    assert.match(lenient.warnings.join(), /--allow-invalid/);
  });
});
