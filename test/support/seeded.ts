import type { TestContext } from 'node:test';
import { hash32, makeSeed } from '../../src/base/random.ts';

const given = process.env['MQTT_STRESS_TEST_SEED'];

/** Of all random cases of a test process; set MQTT_STRESS_TEST_SEED to repeat a failure. */
export const testSeed = given === undefined ? makeSeed() : Number(given);

/** A whole number from 0 to below - 1. */
export type Random = (below: number) => number;

export function seeded(seed: number): Random {
  let drawn = 0;
  return (below) => Math.floor((hash32(seed, drawn++) / 2 ** 32) * below);
}

/** Random numbers for one test, which prints how to repeat them. */
export function randomFor(t: TestContext): Random {
  t.diagnostic(`MQTT_STRESS_TEST_SEED=${testSeed}`);
  return seeded(testSeed);
}
