/**
 * How likely the second sample would rank so high among both, or higher, if both came from one distribution: Mann and Whitney's
 * one-sided test. Exact: every choice of ranks is counted, ties share their mean rank (Lehmann, Nonparametrics, 1.2 and 1.4).
 */
export function mannWhitney(base: readonly number[], fresh: readonly number[]): number {
  const ranks = doubledRanks([...base, ...fresh]);
  const observed = sum(ranks.slice(base.length));
  const ways = waysToSum(ranks, fresh.length);
  return sum(ways.slice(observed)) / sum(ways);
}

/** The smallest p that samples of these sizes can have: that of the one order in which all of the second come last. */
export function smallestP(base: number, fresh: number): number {
  let ways = 1;
  for (let i = 1; i <= fresh; i++) ways *= (base + i) / i;
  return 1 / ways;
}

/**
 * In which the ratio of the second to the first lies with 95 %, at least: between two of all ratios of a value to a value, chosen by the
 * distribution of the test (Hodges and Lehmann, on logarithms). Undefined: too few for that, or a value that is not above 0.
 */
export function ratioInterval(
  base: readonly number[],
  fresh: readonly number[],
): readonly [number, number] | undefined {
  if ([...base, ...fresh].some((value) => value <= 0)) return undefined;
  const ratios = base.flatMap((one) => fresh.map((other) => other / one)).sort((a, b) => a - b);
  const left = leftOut(base.length, fresh.length);
  const [low, high] = [ratios[left - 1], ratios[ratios.length - left]];
  return left === 0 || low === undefined || high === undefined ? undefined : [low, high];
}

/** The number of the ratio, from either end, at which the interval begins; 0: even all ratios are not enough. */
function leftOut(base: number, fresh: number): number {
  const ranks = Array.from({ length: base + fresh }, (_, i) => 2 * (i + 1));
  const ways = waysToSum(ranks, fresh);
  const all = sum(ways);
  let below = 0;
  let left = 0;
  // U is the rank sum above its smallest; ranks are doubled.
  for (let s = fresh * (fresh + 1); s < ways.length; s += 2) {
    below += ways[s] ?? 0;
    if (below / all > tail) return left;
    left++;
  }
  return left;
}

const tail = 0.025;

/** Twice the rank, so that the mean of two neighbours is a whole number too. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to++;
    for (let i = from; i <= to; i++) ranks[order[i] as number] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/** How many choices of so many of the ranks make each sum: rank after rank is taken or left. */
function waysToSum(ranks: readonly number[], chosen: number): Float64Array {
  const most = sum(ranks);
  const ways = Array.from({ length: chosen + 1 }, () => new Float64Array(most + 1));
  (ways[0] as Float64Array)[0] = 1;
  for (const [i, rank] of ranks.entries()) {
    for (let k = Math.min(i + 1, chosen); k > 0; k--) {
      const [with_, without] = [ways[k] as Float64Array, ways[k - 1] as Float64Array];
      for (let s = most; s >= rank; s--) with_[s] = (with_[s] as number) + (without[s - rank] as number);
    }
  }
  return ways[chosen] as Float64Array;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
}
