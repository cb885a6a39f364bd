import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { within } from '../../support/wait-for.ts';

const clock = new URL('../../../src/base/clock.js', import.meta.url).href;

/** How often the clock of a thread stands outside of two readings of CLOCK_MONOTONIC around it, by more than their own grain. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
import(workerData).then(({ nowUs }) => {
  const grainUs = 2;
  let worstUs = 0;
  for (let i = 0; i < 2000; i++) {
    const before = Number(process.hrtime.bigint() / 1000n);
    const now = nowUs();
    const after = Number(process.hrtime.bigint() / 1000n);
    worstUs = Math.max(worstUs, before - grainUs - now, now - after - grainUs);
  }
  parentPort.postMessage(worstUs);
});`;

test('the clock of every thread is CLOCK_MONOTONIC, to some microseconds', async () => {
  for (let i = 0; i < 8; i++) {
    const worker = new Worker(program, { eval: true, workerData: clock });
    const told = new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    const worstUs = await within(told, 'a thread reads its clock');
    assert.ok(worstUs <= 20, `off by ${worstUs} us`);
  }
});
