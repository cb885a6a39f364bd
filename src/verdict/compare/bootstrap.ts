import { hash32 } from '../../base/random.ts';

/** Seconds of a run that can be drawn again, each as counts of the same buckets. */
export type Seconds = readonly ArrayLike<number>[];

/** What is asked of the summed counts of some seconds; `seconds`: how many they are. */
export type Statistic = (counts: Float64Array, seconds: number) => number;

export const draws = 2000;
const mostBlocks = 60;

/**
 * Seconds that follow each other are alike, so they are drawn in blocks: of the cube root of their number, the order that suits
 * variances (Hall, Horowitz and Jing, 1995); of long runs longer ones, so that no more than 60 are drawn.
 */
export function blockLength(seconds: number): number {
  return Math.max(1, Math.ceil(Math.cbrt(seconds)), Math.ceil(seconds / mostBlocks));
}

/**
 * The statistic of `draws` runs that might have been: blocks of seconds drawn with replacement from each run's own, in a circle so that
 * all seconds are drawn alike (Politis and Romano, 1992), their counts summed over the runs. The same seed gives the same draws.
 */
export function resampled(runs: readonly Seconds[], statistic: Statistic, seed: number): Float64Array {
  const sums = runs.map((seconds) => runningSums(seconds));
  const width = runs[0]?.[0]?.length ?? 0;
  const total = runs.reduce((all, seconds) => all + seconds.length, 0);
  const values = new Float64Array(draws);
  let drawn = 0;
  for (let draw = 0; draw < draws; draw++) {
    const counts = new Float64Array(width);
    for (const { at, seconds, block } of sums) {
      for (let left = seconds; left > 0; left -= block) {
        const from = Math.floor((hash32(seed, drawn++) / 2 ** 32) * seconds);
        addBetween(counts, at[from] as Float64Array, at[from + Math.min(block, left)] as Float64Array);
      }
    }
    values[draw] = statistic(counts, total);
  }
  return values;
}

type RunningSums = { readonly at: readonly Float64Array[]; readonly seconds: number; readonly block: number };

/** at[i]: the sum of the seconds before i; beyond the last second it goes on with the first. */
function runningSums(seconds: Seconds): RunningSums {
  const block = blockLength(seconds.length);
  const at = [new Float64Array(seconds[0]?.length ?? 0)];
  for (let i = 0; i < seconds.length + block; i++) {
    const next = Float64Array.from(at[i] as Float64Array);
    const second = seconds[i % seconds.length] as ArrayLike<number>;
    for (let b = 0; b < next.length; b++) next[b] = (next[b] as number) + (second[b] as number);
    at.push(next);
  }
  return { at, seconds: seconds.length, block };
}

function addBetween(into: Float64Array, from: Float64Array, to: Float64Array): void {
  for (let b = 0; b < into.length; b++) into[b] = (into[b] as number) + (to[b] as number) - (from[b] as number);
}

/** The middle 95 % of the values. */
export function middle(values: Float64Array): readonly [number, number] {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  return [at(0.025), at(0.975)];
}
