import { exitCode } from '../../base/exit-codes.ts';
import { resultSchema } from '../../base/versions.ts';
import { requireDifferentRuns } from '../different-runs.ts';
import type { OutageResult, PartResult, Result, RunResult, TakeoverResult, TrustVerdict, Verdict } from '../result.ts';
import { failures } from '../thresholds.ts';
import { mergeParts, type PartsOfSet, sum } from './parts.ts';
import { mergeSeries } from './series.ts';
import { type Placed, place, sets, spanWarnings } from './spans.ts';
import { type Merged, mergeThresholds, movedThreshold } from './thresholds.ts';

const mostViolations = 5;
const mostTakeovers = 100;

/** Several runs told as one: those at once as if one generator had made them, those one after another as if one had gone on. Throws a UserError where one is given twice. */
export function merge(results: readonly [Result, ...Result[]]): Result {
  if (results.length === 1) return results[0];
  requireDifferentRuns(results.map((result) => ({ result })));
  const placed = place(results);
  const groups = sets(placed);
  const merged: Merged = {
    totals: mergeParts(partsOf(groups, ({ totals }) => totals)),
    groups: table(results, groups, ({ groups }) => groups),
    brokers: brokers(results, groups),
  };
  const thresholds = mergeThresholds(
    placed.map(({ result, offsetMs }) => result.thresholds.map((threshold) => movedThreshold(threshold, offsetMs))),
    merged,
  );
  return {
    schema: resultSchema,
    ...verdict(results, thresholds),
    warnings: warnings(placed),
    run: run(placed, groups),
    trust: trust(results),
    thresholds,
    ...merged,
    delivery: delivery(results),
    violations: violations(placed),
    outages: placed.flatMap(({ result, offsetMs }) => result.outages.map((outage) => moved(outage, offsetMs))),
    takeovers: takeovers(results),
    series: mergeSeries(placed),
    events: placed
      .flatMap(({ result, offsetMs }) =>
        result.events.map(({ t, text }) => ({ t: t + offsetMs, text: `${result.run.id}: ${text}` })),
      )
      .sort((one, other) => one.t - other.t),
  };
}

type Parts = Readonly<Record<string, PartResult>>;

function partsOf(groups: readonly Placed[][], part: (result: Result) => PartResult | undefined): PartsOfSet[] {
  return groups
    .map((set) => ({ parts: set.flatMap(({ result }) => part(result) ?? []), seconds: measuredMs(set) / 1000 }))
    .filter(({ parts }) => parts.length > 0);
}

/** Those of one name are one. */
function table(results: readonly Result[], groups: readonly Placed[][], of: (result: Result) => Parts): Parts {
  const names = [...new Set(results.flatMap((result) => Object.keys(of(result))))];
  return Object.fromEntries(names.map((name) => [name, mergeParts(partsOf(groups, (result) => of(result)[name]))]));
}

/** What observers saw of a broker stays in the single results: those of runs at once saw the same. */
function brokers(results: readonly Result[], groups: readonly Placed[][]): Result['brokers'] {
  const parts = Object.entries(table(results, groups, ({ brokers }) => brokers));
  return Object.fromEntries(
    parts.map(([name, part]) => {
      const { url = '', embedded = false } = results.find((result) => name in result.brokers)?.brokers[name] ?? {};
      return [name, { ...part, url, embedded }];
    }),
  );
}

function measuredMs(set: readonly Placed[]): number {
  return Math.max(...set.map(({ result }) => result.run.measuredMs));
}

/** A run that tells nothing cannot be made good by others: the first of these holds for all. */
const spoiling: readonly Verdict[] = ['aborted', 'notStarted', 'invalid', 'incomplete'];

function verdict(
  results: readonly Result[],
  thresholds: Result['thresholds'],
): Pick<Result, 'verdict' | 'exitCode' | 'reasons'> {
  for (const kind of spoiling) {
    const found = results.filter((result) => result.verdict === kind);
    const [first] = found;
    if (first === undefined) continue;
    const reasons = found.flatMap(({ run, reasons }) => reasons.map((reason) => `${run.id}: ${reason}`));
    return { verdict: kind, exitCode: first.exitCode, reasons };
  }
  const reasons = failures(thresholds);
  if (reasons.length === 0) return { verdict: 'passed', exitCode: exitCode.passed, reasons };
  return { verdict: 'failed', exitCode: exitCode.failed, reasons };
}

function warnings(placed: readonly Placed[]): string[] {
  const results = placed.map(({ result }) => result);
  const differ = <T>(what: string, value: (result: Result) => T) => {
    const values = [...new Set(results.map(value))];
    return values.length === 1 ? [] : [`the results are of different ${what}: ${values.join(', ')}`];
  };
  const scenarios = new Set(results.map(({ run }) => run.scenario.sha256));
  return [
    ...(scenarios.size > 1
      ? [`the results are of ${scenarios.size} different scenarios: do they belong together?`]
      : []),
    ...differ('machines', ({ run: { versions } }) => `${versions.cpu}, ${versions.cores} cores, ${versions.os}`),
    ...differ('versions of mqtt-stress', ({ run }) => run.versions.tool),
    ...spanWarnings(placed),
    ...new Set(results.flatMap((result) => result.warnings.map((warning) => `${result.run.id}: ${warning}`))),
  ];
}

function run(placed: readonly Placed[], groups: readonly Placed[][]): RunResult {
  const runs = placed.map(({ result }) => result.run) as [RunResult, ...RunResult[]];
  const [first] = runs;
  const names = [...new Set(runs.map(({ name }) => name))];
  const durations = new Set(runs.map(({ durationMs }) => durationMs));
  const atOnce = Math.max(...groups.map((set) => set.length));
  const told =
    atOnce === 1
      ? 'one after another'
      : atOnce === runs.length
        ? 'at once'
        : `${groups.length} sets of up to ${atOnce} at once`;
  const { peakMemoryBytes: _, ...rest } = first;
  const peaks = groups.map((set) => sum(set.map(({ result }) => result.run.peakMemoryBytes ?? Number.NaN)));
  return {
    ...rest,
    // Not a number where one of them does not tell.
    ...(peaks.every(Number.isFinite) && { peakMemoryBytes: Math.max(...peaks) }),
    id: runs.map(({ id }) => id).join('+'),
    name: `${names.join(', ')} (${runs.length} runs, ${told})`,
    endedAt:
      runs
        .map(({ endedAt }) => endedAt)
        .sort()
        .at(-1) ?? first.endedAt,
    client: [...new Set(runs.map(({ client }) => client))].join(', '),
    threads: Math.max(...groups.map((set) => sum(set.map(({ result }) => result.run.threads)))),
    threadsWhy: `${runs.length} runs ${told}`,
    clients: Math.max(...groups.map((set) => sum(set.map(({ result }) => result.run.clients)))),
    runs: sum(runs.map(({ runs: merged = 1 }) => merged)),
    durationMs: durations.size === 1 ? first.durationMs : null,
    measuredMs: sum(groups.map(measuredMs)),
    commandLine: '',
  };
}

const worseTrust: readonly TrustVerdict[] = ['trustworthy', 'degraded', 'invalid'];

function trust(results: readonly Result[]): Result['trust'] {
  const worst = Math.max(...results.map((result) => worseTrust.indexOf(result.trust.verdict)));
  const reasons = results.flatMap((result) => result.trust.reasons.map((reason) => `${result.run.id}: ${reason}`));
  return { verdict: worseTrust[worst] as TrustVerdict, reasons };
}

function delivery(results: readonly Result[]): Result['delivery'] {
  const rows = new Map<string, Result['delivery'][number]>();
  for (const row of results.flatMap((result) => result.delivery)) {
    const key = `${row.qos} ${row.group}`;
    const before = rows.get(key);
    const add = (name: 'expected' | 'received' | 'lost' | 'duplicated' | 'outOfOrder') =>
      row[name] + (before?.[name] ?? 0);
    rows.set(key, {
      ...row,
      expected: add('expected'),
      received: add('received'),
      lost: add('lost'),
      duplicated: add('duplicated'),
      outOfOrder: add('outOfOrder'),
    });
  }
  return [...rows.values()];
}

function violations(placed: readonly Placed[]): Result['violations'] {
  const seen = new Map<string, number>();
  return placed.flatMap(({ result, offsetMs }) =>
    result.violations.flatMap((violation) => {
      const nth = (seen.get(violation.kind) ?? 0) + 1;
      seen.set(violation.kind, nth);
      const t = violation.t === null ? null : violation.t + offsetMs;
      return nth > mostViolations ? [] : [{ ...violation, t }];
    }),
  );
}

function takeovers(results: readonly Result[]): TakeoverResult[] {
  const found = new Map<string, TakeoverResult>();
  for (const one of results.flatMap((result) => result.takeovers)) {
    const key = JSON.stringify([one.broker, one.clientId]);
    found.set(key, { ...one, count: one.count + (found.get(key)?.count ?? 0) });
  }
  return [...found.values()].sort((one, other) => other.count - one.count).slice(0, mostTakeovers);
}

function moved(outage: OutageResult, byMs: number): OutageResult {
  const at = (t: number) => t + byMs;
  const times = ['lastGood', 'firstReconnect', 'acknowledged', 'delivered'] as const;
  return {
    ...outage,
    ...Object.fromEntries(times.flatMap((name) => (outage[name] === undefined ? [] : [[name, at(outage[name])]]))),
    detected: { first: at(outage.detected.first), last: at(outage.detected.last) },
    back: Object.fromEntries(Object.entries(outage.back).map(([name, t]) => [name, at(t)])),
  };
}
