import type { ThreadVitals } from '../../src/base/vitals.ts';
import { noVitals } from '../../src/base/vitals.ts';
import type { CounterName, GaugeName, TimeName } from '../../src/metrics/catalog.ts';
import type { Aggregate, Comparison } from '../../src/metrics/expression.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import type { CellSnapshot, Counted, Health, Labels, Phase, Snapshot } from '../../src/metrics/snapshot.ts';
import { noProgress } from '../../src/metrics/snapshot.ts';
import { Totals } from '../../src/metrics/totals.ts';
import type { GroupPlan, Plan, ThresholdPlan } from '../../src/plan/plan.ts';
import type { JudgeContext } from '../../src/verdict/judge.ts';
import { judge } from '../../src/verdict/judge.ts';
import type { Result } from '../../src/verdict/result.ts';
import { Series } from '../../src/verdict/series.ts';

const publishing = { topic: 'a/{index}', qos: 1, retain: false, rate: 10, payload: 256 };

export function group(name: string, changes: Partial<GroupPlan> = {}): GroupPlan {
  const clients = changes.clients ?? 10;
  return {
    name,
    clients,
    slice: { first: 0, step: 1, count: clients },
    clientId: '{group}-{run}-{index}',
    broker: 'spread',
    session: {
      protocol: '3.1.1',
      cleanStart: true,
      resumes: false,
      keepAliveS: 60,
      inFlight: 20,
      connectTimeoutMs: 10_000,
    },
    kept: false,
    connect: { ratePerSecond: null, concurrency: 100, withinMs: 30_000, atLeast: 0.5, atLeastSet: false },
    reconnect: { afterMs: 1000, upToMs: 30_000, jitter: 0.5, attempts: null },
    maxQueued: 1000,
    jobs: [{ workload: 'publish', options: publishing, firstStream: 0 }],
    ...changes,
  };
}

/** One group of 10 publishers on one broker, 1 s of warm-up and 2 s measured, unless told otherwise. */
export function plan(changes: Partial<Plan> = {}): Plan {
  return {
    name: 'hand-made',
    run: {
      tag: 'abc1234',
      seed: 7,
      commandLine: 'mqtt-stress run hand-made',
      scenarioText: 'x',
      scenarioHash: 'y',
      asRun: { text: 'x', secrets: [] },
    },
    client: 'wire',
    warmUpMs: 1000,
    durationMs: 2000,
    drainMs: 10_000,
    cluster: false,
    judged: true,
    subBuckets: 2048,
    brokers: [{ name: 'b', target: { url: 'mqtt://127.0.0.1:1883' }, weight: 1, embedded: false }],
    groups: [group('g')],
    thresholds: [],
    warnings: [],
    ...changes,
  };
}

export function threshold(
  metric: ThresholdPlan['expression']['metric'],
  aggregate: Aggregate,
  compare: Comparison,
  limit: number,
  changes: Partial<ThresholdPlan> & { where?: Partial<Labels> } = {},
): ThresholdPlan {
  const name = typeof aggregate === 'string' ? aggregate : `p(${aggregate.percentile})`;
  const { where = {}, ...rest } = changes;
  const expression = { metric, where, aggregate, compare, limit, text: `${name} ${compare} ${limit}` };
  return { expression, level: 'fail', implicit: false, ...rest };
}

export type CellContents = {
  readonly labels?: Partial<Labels>;
  readonly counts?: Partial<Record<CounterName, number>>;
  readonly outside?: Partial<Record<CounterName, number>>;
  readonly causes?: Counted['causes'];
  /** Values in us. */
  readonly times?: Partial<Record<TimeName, readonly number[]>>;
  readonly gauges?: Partial<Record<GaugeName, number>>;
};

export function cell({
  labels,
  counts = {},
  outside = {},
  causes = {},
  times = {},
  gauges = {},
}: CellContents): CellSnapshot {
  return {
    labels: { group: 'g', broker: 'b', ...labels },
    measured: {
      counts,
      causes,
      times: Object.fromEntries(Object.entries(times).map(([name, us]) => [name, buckets(us)])),
    },
    outside: { counts: outside, causes: {}, times: {} },
    gauges,
  };
}

function buckets(values: readonly number[]): number[] {
  const histogram = new Histogram(2048);
  for (const us of values) histogram.record(us);
  return histogram.buckets();
}

export function health(
  worker: string,
  changes: { utilisation?: number; delays?: readonly number[]; vitals?: Partial<ThreadVitals> } = {},
): Health {
  const loopDelay = new Histogram(256);
  for (const us of changes.delays ?? []) loopDelay.record(us);
  return {
    worker,
    utilisation: changes.utilisation ?? 0.2,
    loopDelay: loopDelay.buckets(),
    publishing: true,
    receiving: true,
    vitals: { ...noVitals, ...changes.vitals },
  };
}

export function snapshot(
  phase: Phase,
  second: number,
  changes: Partial<Snapshot> & { at?: readonly CellContents[] } = {},
): Snapshot {
  const { at = [], ...rest } = changes;
  return {
    phase,
    second,
    tenth: 0,
    cells: at.map(cell),
    health: [],
    lost: [],
    absent: [],
    events: [],
    progress: noProgress,
    ...rest,
  };
}

/** The measured window from second 101 up to the end of `second`, connected within half a second. */
export function progressAt(second: number): Snapshot['progress'] {
  return {
    rampFromUs: 99_000_000,
    rampToUs: 99_500_000,
    windowFromUs: 101_000_000,
    windowToUs: (second + 1) * 1_000_000,
    lastDueUs: 0,
  };
}

/** All 10 clients connect, 1 s of warm-up, 2 s measured with what is given in the first of them, a drain. */
export function ordinaryRun(first: readonly CellContents[] = [], changes: Partial<Snapshot> = {}): Snapshot[] {
  return [
    snapshot('connecting', 99, { at: [{ counts: { connects: 10 }, gauges: { clients_connected: 10 } }] }),
    snapshot('warmUp', 100, { at: [{ gauges: { clients_connected: 10 } }] }),
    snapshot('measuring', 101, {
      at: [{ gauges: { clients_connected: 10 } }, ...first],
      progress: progressAt(101),
      ...changes,
    }),
    snapshot('measuring', 102, {
      at: [{ counts: { publishes_due: 1 }, gauges: { clients_connected: 10 } }],
      progress: progressAt(102),
    }),
    snapshot('draining', 103, { at: [{ gauges: { clients_connected: 10 } }], progress: progressAt(102) }),
    snapshot('draining', 104, { at: [{ gauges: { clients_connected: 10 } }], progress: progressAt(102) }),
    snapshot('draining', 105, { at: [{ gauges: { clients_connected: 10 } }], progress: progressAt(102) }),
    snapshot('ended', 105, { progress: progressAt(102) }),
  ];
}

export function context(changes: Partial<JudgeContext> = {}): JudgeContext {
  return {
    startedAt: new Date('2026-01-02T03:04:05Z'),
    endedAt: new Date('2026-01-02T03:04:15Z'),
    signal: undefined,
    threads: { count: 1, why: 'asked for' },
    versions: { tool: '0.1.0', node: 'v20.20.0', os: 'linux', cpu: 'cpu', cores: 2 },
    machine: { addresses: ['192.0.2.1'], hostName: 'bench' },
    peakMemoryBytes: 100 * 2 ** 20,
    allowInvalid: false,
    startUs: 100_000_000,
    ...changes,
  };
}

export function told(of: Plan, snapshots: readonly Snapshot[]): { totals: Totals; series: Series } {
  const totals = new Totals(of.subBuckets);
  const series = new Series(of);
  for (const each of snapshots) {
    totals.add(each);
    series.add(each);
  }
  return { totals, series };
}

export function judged(of: Plan, snapshots: readonly Snapshot[], changes: Partial<JudgeContext> = {}): Result {
  const { totals, series } = told(of, snapshots);
  return judge(of, totals, series, context(changes));
}
