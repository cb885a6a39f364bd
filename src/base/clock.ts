/** CLOCK_MONOTONIC in whole microseconds: one clock for all threads and processes of a machine. About 50 ns a call. */
const baseUs = calibrate();

export function nowUs(): number {
  return Math.floor(baseUs + performance.now() * 1000);
}

/**
 * `performance.now` counts from the start of its thread. Whatever comes between the two readings makes their difference
 * smaller, so that the largest of several is the least disturbed.
 */
function calibrate(): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < 16; i++) {
    const offset = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;
    if (offset > best) best = offset;
  }
  return best;
}

/**
 * No time yet, equal to 0. Fields for times begin with it: one that begins with a small integer changes the shape of its object at
 * the first time it gets, and of the thousands made before it, and V8 compiles what touches them again and again.
 */
export const noTimeUs = -0;
