import { appendFileSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import type { Command, Task } from '../../src/backends/protocol.ts';

// A worker thread like any other, to which the environment does something once a second from the load on: to all, or to one worker.
// What it did stands in the log, if one is asked for: a line [from, to] a time, us of CLOCK_MONOTONIC.
const { STRAIN = '', STRAINED_WORKER, STRAIN_LOG } = process.env;
const heldForMs = 150;
let turns = 0;
let held: object | null = null;

const nowUs = () => Number(process.hrtime.bigint() / 1000n);

function spin(): void {
  const untilMs = performance.now() + heldForMs;
  while (performance.now() < untilMs);
}

function sleep(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, heldForMs);
}

function room(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return limit - used;
}

/** Objects that a collection must walk, until the heap has so much room left. */
function hold(objects: number, roomBytes: number): void {
  for (let i = 0; i < objects; i++) {
    if (i % 1000 === 0 && roomBytes > 0 && room() < roomBytes) return;
    held = { i, held };
  }
}

function collect(): void {
  if (held === null) hold(1_000_000, 0);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function logged(strain: () => void): void {
  const fromUs = nowUs();
  strain();
  const toUs = nowUs();
  if (STRAIN_LOG !== undefined) appendFileSync(STRAIN_LOG, `${JSON.stringify([fromUs, toUs])}\n`);
}

const strains: Readonly<Record<string, () => void>> = {
  spin,
  sleep,
  collect,
  // 12 MiB of it are for the young generation.
  fill: () => hold(10_000_000, 20 * 2 ** 20),
  // Once the load has been told of.
  overfill: () => {
    if (++turns > 2) hold(10_000_000, 0);
  },
};

await import('../../src/backends/thread-entry.ts');
parentPort?.on('message', (command: Command) => {
  const strain = strains[STRAIN];
  const meant = STRAINED_WORKER === undefined || STRAINED_WORKER === (workerData as Task).worker;
  if (command.do === 'start' && meant && strain !== undefined) setInterval(() => logged(strain), 1000).unref();
});
