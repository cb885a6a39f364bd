import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MachineWatch, scheduleOf, stalledOf, ThreadWatch, ticksOf } from '../../../src/base/vitals.ts';

describe('the vitals of thread and machine', () => {
  it('are read from /proc', () => {
    assert.deepEqual(scheduleOf('316537116 14038885 54\n'), { cpuUs: 316537.116, waitedUs: 14038.885 });
    const stat = 'cpu  100 0 50 800 10 0 20 30 5 0\ncpu0 1 2 3\n';
    assert.deepEqual(ticksOf(stat), { stealTicks: 30, allTicks: 1010 });
    assert.equal(
      stalledOf('some avg10=0.00 avg60=0.00 avg300=0.00 total=20986579\nfull avg10=0.00 total=1\n'),
      20986579,
    );
  });

  it('are nothing where the system does not tell', () => {
    assert.deepEqual(scheduleOf(''), { cpuUs: 0, waitedUs: 0 });
    assert.deepEqual(ticksOf(''), { stealTicks: 0, allTicks: 0 });
    assert.equal(stalledOf(''), 0);
  });

  it('count CPU time from call to call, and how full the heap is', { skip: process.platform !== 'linux' }, () => {
    const watch = new ThreadWatch();
    const untilMs = performance.now() + 20;
    while (performance.now() < untilMs);
    const { cpuUs, waitedUs, heapShare } = watch.take();
    // By the clock of the wall it ran or waited for all of it.
    assert.ok(cpuUs + waitedUs > 15_000, `${cpuUs} + ${waitedUs}`);
    assert.ok(heapShare > 0 && heapShare < 1);
    watch.stop();
  });

  it('see a clock of the system that was set, and nothing where none was', () => {
    const watch = new MachineWatch();
    const { clockSetUs, sleptUs } = watch.take();
    assert.ok(Math.abs(clockSetUs) < 50_000 && Math.abs(sleptUs) < 50_000);
    const real = Date.now;
    try {
      Date.now = () => real() - 60_000;
      assert.ok(Math.abs(watch.take().clockSetUs + 60e6) < 50_000);
    } finally {
      Date.now = real;
    }
  });
});
