/** What the data of both sides say about one rule, before it is judged. */
export interface Estimate {
  readonly base: number;
  readonly new: number;
  /** Relative; null beside a base of 0. */
  readonly change: number | null;
  readonly interval: readonly [number, number] | null;
  /** Whether a difference, of any size, can be told apart from noise: two-sided at 5 %. */
  readonly moved: 'up' | 'down' | 'no';
  /** That the limit holds, one-sided, not yet corrected for the number of rules. */
  readonly p: number;
}

/** The interval always holds the change that is told, which is of medians. */
export function around(change: number | null, interval: readonly [number, number] | undefined): Estimate['interval'] {
  if (change === null || interval === undefined) return null;
  return [Math.min(change, interval[0]), Math.max(change, interval[1])];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length - 1 - half] as number, sorted[half] as number];
  return (low + high) / 2;
}

/** Null where there is nothing that it could be relative to. */
export function changeOf(base: number, fresh: number): number | null {
  return base > 0 ? fresh / base - 1 : null;
}
