import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MachineVitals, ThreadVitals } from '../../../src/base/vitals.ts';
import { judgeTrust, type Trust } from '../../../src/verdict/trust.ts';
import { health, ordinaryRun, plan, told } from '../../support/hand-made.ts';

const calm: MachineVitals = { elapsedUs: 1e6, stealShare: 0, memoryStalledUs: 0, clockSetUs: 0, sleptUs: 0 };

type Strained = {
  readonly thread?: Partial<ThreadVitals>;
  readonly machine?: Partial<MachineVitals>;
  readonly delays?: readonly number[];
  readonly lagUs?: number;
};

function trustOf({ thread = {}, machine = {}, delays = [], lagUs = 100 }: Strained): Trust {
  const times = { schedule_lag: Array.from({ length: 1000 }, () => lagUs), delivery_time: [10_000] };
  const vitals = { cpuUs: 300_000, ...thread };
  const changes = { health: [health('1', { delays, vitals })], machine: { ...calm, ...machine } };
  const { totals, series } = told(plan(), ordinaryRun([{ times }], changes));
  return judgeTrust(plan(), totals, series);
}

describe('causes', () => {
  it('are not told where the machine and its threads are well', () => {
    const trust = trustOf({ thread: { waitedUs: 15_000, gcUs: 5_000, longestGcUs: 3_000, heapShare: 0.2 } });
    assert.deepEqual([trust.verdict, trust.reasons, trust.warnings], ['trustworthy', [], []]);
  });

  it('explain what came late, and are as bad as that', () => {
    const late = { lagUs: 25_000, delays: [90_000] };
    for (const [strained, reason] of [
      [{ ...late, thread: { waitedUs: 95_000 } }, /had no CPU for 24 % of the time that it needed one/],
      [{ ...late, thread: { longestGcUs: 85_000, gcUs: 85_000 } }, /up to 85ms at a time to collect garbage/],
      [
        { ...late, thread: {} },
        /the event loop of worker "1" was blocked for up to 90.*ms at a time by work of its own/,
      ],
      [{ ...late, thread: { cpuUs: 20_000 } }, /stood still for up to 90.*ms, neither running nor waiting for a CPU/],
    ] as const) {
      const trust = trustOf(strained);
      assert.equal(trust.verdict, 'invalid');
      assert.match(trust.reasons[0] ?? '', /latencies may be off by 115ms/);
      assert.deepEqual([trust.reasons.length, trust.grounds], [2, trust.reasons]);
      assert.match(trust.reasons[1] ?? '', reason);
    }
  });

  it('do not take a thread for stopped that had no CPU', () => {
    const trust = trustOf({ lagUs: 25_000, delays: [90_000], thread: { cpuUs: 20_000, waitedUs: 180_000 } });
    assert.match(trust.reasons.join('\n'), /had no CPU for 90 %/);
    assert.doesNotMatch(trust.reasons.join('\n'), /stood still/);
  });

  it('that came to nothing do not spoil a run, but for those that are bad by themselves', () => {
    const harmless = trustOf({ thread: { longestGcUs: 30_000 } });
    assert.equal(harmless.verdict, 'trustworthy');
    for (const [strained, reason] of [
      [{ thread: { waitedUs: 300_000 } }, /had no CPU for 50 %.*stop what else runs on this machine/],
      [{ thread: { heapShare: 0.9 } }, /had filled 90 % of the memory that Node gives it/],
      [{ machine: { stealShare: 0.05 } }, /gave 5\.0 % of its CPU time to others \(steal\)/],
      [{ machine: { memoryStalledUs: 100_000 } }, /waited for memory in 10 % of the time: it has too little/],
    ] as const) {
      const trust = trustOf(strained);
      assert.equal(trust.verdict, 'degraded');
      assert.match(trust.reasons[0] ?? '', reason);
    }
  });

  it('take a machine that slept for invalid, and a clock that was set for a warning', () => {
    const slept = trustOf({ machine: { sleptUs: 3_200_000, clockSetUs: 3_200_000 } });
    assert.equal(slept.verdict, 'invalid');
    assert.match(slept.reasons[0] ?? '', /this machine slept for 3\.2s while it measured.*keep it awake/);
    assert.deepEqual(slept.warnings, []);
    const set = trustOf({ machine: { clockSetUs: -1_500_000 } });
    assert.equal(set.verdict, 'trustworthy');
    assert.match(set.warnings[0] ?? '', /was set 1\.5s back while it measured: latencies do not depend on it/);
  });
});
