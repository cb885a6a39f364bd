import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  fileLimits,
  memoryAvailable,
  peakMemoryBytes,
  peakOf,
  portCount,
  readMachine,
} from '../../../src/base/machine.ts';

describe('the machine', () => {
  it('tells its limits from the files of Linux', () => {
    const limits =
      'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 unlimited            files\n';
    assert.deepEqual(fileLimits(limits), [1024, Number.MAX_SAFE_INTEGER]);
    assert.equal(peakOf('VmPeak: 9 kB\nVmHWM:\t   2048 kB\n'), 2_097_152);
    assert.equal(portCount('32768\t60999\n'), 28_232);
    assert.equal(memoryAvailable('MemTotal: 9 kB\nMemAvailable:   2048 kB\n'), 2_097_152);
  });

  it('leaves what it cannot read unknown', () => {
    assert.deepEqual(fileLimits(''), [undefined, undefined]);
    assert.equal(portCount(''), undefined);
    assert.equal(memoryAvailable(''), undefined);
  });

  it('can be read here', () => {
    const machine = readMachine();
    assert.ok(machine.cores >= 1);
    assert.ok(machine.availableBytes > 0);
    assert.ok(machine.filesInUse > 3);
    assert.ok(peakMemoryBytes() >= 0.9 * process.memoryUsage.rss());
  });
});
