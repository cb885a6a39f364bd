import type { TimeName } from '../../metrics/catalog.ts';
import { Histogram } from '../../metrics/histogram.ts';
import type { PartResult } from '../../verdict/result.ts';

const pointsPerDecade = 30;
/** 99.9999999 %: beyond it no run has values. */
const decades = 9;

/** 1/(1-p), the axis of HdrHistogram, on which 90 %, 99 % and 99.9 % are equally far from each other; with the usual ones among them. */
export const inverseTails: readonly number[] = [
  ...new Set([
    ...Array.from({ length: decades * pointsPerDecade + 1 }, (_, i) => rounded(10 ** (i / pointsPerDecade))),
    ...Array.from({ length: decades }, (_, i) => [2 * 10 ** i, 4 * 10 ** i]).flat(),
  ]),
].sort((one, other) => one - other);

function rounded(n: number): number {
  return Number(n.toPrecision(6));
}

/** Milliseconds at each of `inverseTails`, as far as they differ: the last one is the highest value. */
export function distributions(
  part: PartResult,
  times: readonly TimeName[],
): Readonly<Partial<Record<TimeName, readonly number[]>>> {
  const told = times.flatMap((name) => {
    const hdr = part[name]?.hdr;
    return hdr === undefined ? [] : [[name, values(Histogram.decode(hdr))] as const];
  });
  return Object.fromEntries(told);
}

function values(histogram: Histogram): number[] {
  // Beyond its count there is nothing slower.
  const last = inverseTails.findIndex((tail) => tail > histogram.count);
  const tails = inverseTails.slice(0, last < 0 ? undefined : last + 1);
  return tails.map((tail) => histogram.percentile(100 * (1 - 1 / tail)) / 1000);
}
