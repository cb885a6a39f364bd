import { hashText } from '../../base/random.ts';
import { type CounterName, catalog, type TimeName } from '../../metrics/catalog.ts';
import type { ChangeRule } from '../../metrics/change-rule.ts';
import { decodeSlice, sliceTop } from '../../metrics/slice-code.ts';
import type { Buckets } from '../../metrics/snapshot.ts';
import type { Result } from '../result.ts';
import { draws, middle, resampled, type Seconds, type Statistic } from './bootstrap.ts';
import { around, changeOf, type Estimate, median } from './estimate.ts';
import { isBeyond, isTime, valueIn } from './value.ts';

/** Of one side; with fewer no block of them says how the others vary. */
export const fewestSeconds = 10;
/** What varies between runs cannot be seen inside one: only a change above this is taken for more than that. */
export const leastEffect = 0.3;

/** The seconds of the runs of a side, and what the rule asks of some of them. */
type Drawable = { readonly runs: readonly Seconds[]; readonly statistic: Statistic };

/** Second against second, where runs are too few. Undefined: too few seconds, or nothing that is kept by the second. */
export function bySeconds(base: readonly Result[], fresh: readonly Result[], rule: ChangeRule): Estimate | undefined {
  const sides = [drawable(base, rule), drawable(fresh, rule)] as const;
  const [old, young] = sides;
  if (old === undefined || young === undefined) return undefined;
  const [before, now] = [middleRun(base, rule), middleRun(fresh, rule)];
  const values = resampled(old.runs, old.statistic, seedOf(base, rule));
  const others = resampled(young.runs, young.statistic, seedOf(fresh, rule));
  let inside = 0;
  for (let i = 0; i < draws; i++) if (!isBeyond(values[i] as number, others[i] as number, rule)) inside++;
  const [low, high] = middle(others.map((value, i) => value / (values[i] as number) - 1));
  const known = Number.isFinite(low) && Number.isFinite(high);
  const change = changeOf(before, now);
  return {
    base: before,
    new: now,
    change,
    interval: around(change, known ? [low, high] : undefined),
    moved: known && low > 0 ? 'up' : known && high < 0 ? 'down' : 'no',
    p: (1 + inside) / (1 + draws),
  };
}

function middleRun(runs: readonly Result[], rule: ChangeRule): number {
  return median(runs.flatMap((result) => valueIn(result, rule) ?? []));
}

/** The same runs give the same answer. */
function seedOf(runs: readonly Result[], { written }: ChangeRule): number {
  return hashText([...runs.map(({ run }) => run.id), written].join(' '));
}

function drawable(runs: readonly Result[], rule: ChangeRule): Drawable | undefined {
  const { metric, aggregate, where } = rule;
  if (catalog[metric].scope !== 'window') return undefined;
  if (isTime(metric)) {
    const kept = Object.keys(where).length === 0 && (typeof aggregate === 'object' || aggregate === 'avg');
    return kept ? times(runs, metric, aggregate) : undefined;
  }
  if (catalog[metric].kind !== 'counter' || aggregate !== 'rate' || where.broker !== undefined) return undefined;
  return enough(
    runs.map((result) => secondCounts(result, metric as CounterName, where.group)),
    ([count = 0], seconds) => count / seconds,
  );
}

function enough(runs: readonly Seconds[], statistic: Statistic): Drawable | undefined {
  const seconds = runs.reduce((all, run) => all + run.length, 0);
  return seconds < fewestSeconds || runs.some((run) => run.length === 0) ? undefined : { runs, statistic };
}

/** Events of each whole second of the window. */
function secondCounts({ series, run }: Result, metric: CounterName, group: string | undefined): Seconds {
  const measured = series.filter(({ phase }) => phase === 'measuring');
  const end = run.warmUpMs + run.measuredMs;
  const whole = measured.filter(({ t }, i) => (measured[i + 1]?.t ?? end) - t >= 999);
  return whole.map((entry) => {
    const counts = group === undefined ? entry.counts : entry.groups?.[group]?.counts;
    return [counts?.[metric] ?? 0];
  });
}

function times(runs: readonly Result[], metric: TimeName, aggregate: ChangeRule['aggregate']): Drawable | undefined {
  const slices = runs.map(({ slices }) =>
    (slices?.times[metric] ?? []).map((text): Buckets => decodeSlice(Buffer.from(text, 'base64')) ?? []),
  );
  const indexes = [...new Set(slices.flat().flatMap((buckets) => buckets.filter((_, i) => i % 2 === 0)))];
  indexes.sort((a, b) => a - b);
  const columns = new Map(indexes.map((index, column) => [index, column]));
  const tops = indexes.map((index) => sliceTop(index) / 1000);
  const seconds = slices.map((run) => run.map((buckets) => dense(buckets, columns)));
  const statistic: Statistic =
    typeof aggregate === 'object'
      ? (counts) => percentile(counts, tops, aggregate.percentile)
      : (counts) => mean(counts, tops);
  return enough(seconds, statistic);
}

function dense(buckets: Buckets, columns: ReadonlyMap<number, number>): Float64Array {
  const counts = new Float64Array(columns.size);
  for (let i = 0; i < buckets.length; i += 2) counts[columns.get(buckets[i] as number) ?? 0] = buckets[i + 1] as number;
  return counts;
}

function percentile(counts: Float64Array, values: readonly number[], p: number): number {
  let all = 0;
  for (const count of counts) all += count;
  const rank = Math.max(1, Math.ceil((p / 100) * all - 1e-9));
  let seen = 0;
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i] as number;
    if (seen >= rank) return values[i] as number;
  }
  return Number.NaN;
}

function mean(counts: Float64Array, values: readonly number[]): number {
  let all = 0;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    all += counts[i] as number;
    sum += (counts[i] as number) * (values[i] as number);
  }
  return all === 0 ? Number.NaN : sum / all;
}
