import { formatDuration } from '../../base/units.ts';
import type { Result } from '../result.ts';

/** Where a run lies beside the others: `offsetMs` from the start of the first one's load to the start of its own. */
export type Placed = {
  readonly result: Result;
  readonly offsetMs: number;
  /** Of its measured window, on the same axis. */
  readonly fromMs: number;
  readonly toMs: number;
};

/** In the order in which they began. A result tells its beginning by the clock and its seconds from the load: whole seconds hold. */
export function place(results: readonly Result[]): Placed[] {
  const loads = results.map((result) => Date.parse(result.run.startedAt) - (result.series[0]?.t ?? 0));
  const first = Math.min(...loads);
  return results
    .map((result, i) => {
      const offsetMs = Math.round(((loads[i] as number) - first) / 1000) * 1000;
      const fromMs = offsetMs + result.run.warmUpMs;
      return { result, offsetMs, fromMs, toMs: fromMs + result.run.measuredMs };
    })
    .sort((one, other) => one.offsetMs - other.offsetMs);
}

/** Runs at once are one set: their windows have more than half of the shorter one in common. Sets follow each other. */
export function sets(placed: readonly Placed[]): Placed[][] {
  const found: Placed[][] = [];
  for (const one of [...placed].sort((a, b) => a.fromMs - b.fromMs)) {
    const set = found.at(-1);
    if (set?.some((other) => overlapMs(one, other) > shorterMs(one, other) / 2)) set.push(one);
    else found.push([one]);
  }
  return found;
}

/** Rates of runs at once are added: that is exact only where they measured at the same time. */
export function spanWarnings(placed: readonly Placed[]): string[] {
  return sets(placed).flatMap((set) => {
    if (set.length === 1) return [];
    const common = Math.min(...set.map(({ toMs }) => toMs)) - Math.max(...set.map(({ fromMs }) => fromMs));
    const longest = Math.max(...set.map(({ fromMs, toMs }) => toMs - fromMs));
    if (common >= longest - toleranceMs) return [];
    const names = set.map(({ result }) => result.run.id).join(', ');
    return [
      `the runs ${names} have ${formatDuration(Math.max(0, common))} of at most ${formatDuration(longest)} measured in common: ` +
        'their rates are added as if it were all',
    ];
  });
}

/** Starts are known to the second. */
const toleranceMs = 2000;

function overlapMs(one: Placed, other: Placed): number {
  return Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs);
}

function shorterMs(one: Placed, other: Placed): number {
  return Math.min(one.toMs - one.fromMs, other.toMs - other.fromMs);
}
