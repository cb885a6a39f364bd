import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../../bin/mqtt-stress.js', import.meta.url));
const rounds = 7;
const mostMs = 60;

function elapsedMs(args: readonly string[]): number {
  const from = performance.now();
  const { status } = spawnSync(process.execPath, args);
  assert.equal(status, 0);
  return performance.now() - from;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Taken in turns, so that a busy moment of the machine falls on both. */
function moreThanNode(): number {
  const help: number[] = [];
  const nothing: number[] = [];
  for (let i = 0; i < rounds; i++) {
    nothing.push(elapsedMs(['-e', '0']));
    help.push(elapsedMs([bin, '--help']));
  }
  return median(help) - median(nothing);
}

it(`--help takes at most ${mostMs} ms more than Node itself: the command line imports nothing heavy`, () => {
  // A machine that is busy all along slows both down in proportion: then it is asked again.
  const tries: number[] = [];
  while (tries.length < 3 && (tries.at(-1) ?? Number.POSITIVE_INFINITY) > mostMs) tries.push(moreThanNode());
  assert.ok((tries.at(-1) ?? 0) <= mostMs, `${tries.map((ms) => ms.toFixed(1)).join(', ')} ms more`);
});
