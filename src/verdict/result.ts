import type { ExitCode } from '../base/exit-codes.ts';
import type { resultSchema, Versions } from '../base/versions.ts';
import type { CounterName, GaugeName, SettledName, TimeName } from '../metrics/catalog.ts';
import type { Labels, Phase } from '../metrics/snapshot.ts';
import type { ObservedName } from '../observers/observer.ts';
import type { Comparison } from './comparison.ts';
import type { SlicesResult } from './slices.ts';

export type Verdict = 'passed' | 'failed' | 'invalid' | 'incomplete' | 'notStarted' | 'aborted';
/** A broken promise: message `sequence` (from 0) of a publisher's entry, due `t` ms after the load began; null: not known. */
export interface ViolationResult {
  readonly kind: 'acked_not_delivered' | 'duplicate' | 'out_of_order';
  readonly publisher: string;
  readonly subscriber: string;
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly sequence: number;
  readonly t: number | null;
}

export type TrustVerdict = 'trustworthy' | 'degraded' | 'invalid';

/** `count`: by due time in the measured window (the whole run for metrics of scope run); `inWindow`: events in the window; `rate`: inWindow a second. */
export interface CounterResult {
  readonly count: number;
  readonly inWindow: number;
  readonly rate: number;
  readonly by?: Readonly<Record<string, number>>;
}

/** Milliseconds; `hdr` is the HdrHistogram V2 base64 encoding, in microseconds. */
export interface TimeResult {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
  readonly hdr?: string;
}

export interface GaugeResult {
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

/** Metrics by their catalog names; a time without a value is absent. */
export type MetricResults = Readonly<Record<CounterName | SettledName, CounterResult>> &
  Readonly<Partial<Record<TimeName, TimeResult>>> &
  Readonly<Record<GaugeName, GaugeResult>>;

/** What a part of the run (all of it, a group, a broker) measured; `outside` counts what was due in warm-up or after the end. */
export type PartResult = MetricResults & { readonly outside: Readonly<Partial<Record<CounterName, number>>> };

export interface DeliveryResult {
  readonly group: string;
  readonly qos: 0 | 1 | 2;
  readonly expected: number;
  readonly received: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
}

export interface ThresholdResult {
  /** With its selector: "delivery_time{group=dashboards,qos=1}". */
  readonly metric: string;
  readonly expression: string;
  /** ms for times, a number for counts, per second for rates, 0 to 1 for shares; of the worst window, or when it stopped the run. Null: no data. */
  readonly value: number | null;
  readonly passed: boolean;
  readonly level: 'fail' | 'warn';
  readonly implicit: boolean;
  /** In the unit of the value. */
  readonly limit?: number;
  /** The labels of `metric`. */
  readonly where?: Partial<Labels>;
  /** Judged every second on so many ms before it. */
  readonly window?: number;
  /** Not judged before so many ms of the measured window. */
  readonly after?: number;
  readonly abortOnFail?: true;
  /** How many windows with data there were, and how many of them failed. */
  readonly windows?: { readonly judged: number; readonly failed: number };
  /** When the worst window began, ms from the start of the load. */
  readonly worstAt?: number;
  /** It stopped the run, `t` ms from the start of the load. */
  readonly aborted?: { readonly t: number };
}

/** One second of one part: counts of events in it, times as percentiles in ms. */
export interface SeriesCounts {
  readonly counts: Readonly<Partial<Record<CounterName, number>>>;
  readonly times: Readonly<Partial<Record<TimeName, { count: number; p50: number; p99: number; max: number }>>>;
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
}

export interface SeriesEntry extends SeriesCounts {
  /** The start of the second in ms from the start of the load; negative while connecting. */
  readonly t: number;
  readonly phase: Phase;
  /** Up to 20 groups. */
  readonly groups?: Readonly<Record<string, SeriesCounts>>;
  /** By broker, where an observer read something in that second: counters as rates a second since its reading before. */
  readonly observed?: Readonly<Record<string, Readonly<Partial<Record<ObservedName, number>>>>>;
}

/** Connections to one broker that broke under the load; times in ms from the start of the load. What did not happen is absent. */
export interface OutageResult {
  readonly broker: string;
  /** The last delivery or acknowledgement of those who were lost, before they were. */
  readonly lastGood?: number;
  /** When the first and the last loss were noticed. */
  readonly detected: { readonly first: number; readonly last: number };
  /** Most clients that were away at once. */
  readonly clients: number;
  /** More than clients where some were lost again before all were back. */
  readonly losses: number;
  /** The first CONNACK. */
  readonly firstReconnect?: number;
  /** From when on that share of them was there again, with all subscriptions. */
  readonly back: { readonly p50?: number; readonly p90?: number; readonly p100?: number };
  /** Given up, and neither given up nor back when the run ended. */
  readonly gone: number;
  readonly missing: number;
  /** The first of each at a client that had come back. */
  readonly acknowledged?: number;
  readonly delivered?: number;
  /** Of those who asked for their sessions. */
  readonly sessions?: { readonly present: number; readonly of: number };
  /** Publishes given up with their connection or session. */
  readonly givenUp: number;
  /** Deliveries lost, where this is the only outage that can explain them. */
  readonly lost?: number;
}

/** A client id by which connections were taken over. */
export interface TakeoverResult {
  readonly clientId: string;
  readonly broker: string;
  readonly count: number;
  /** The clients of the run that share the id on purpose, as group[index]; at most 10. None: somebody else uses it. */
  readonly clients: readonly string[];
}

/** A counter of the broker's own. `rate`: a second, between its readings in the measured window. */
export interface ObservedCounter {
  /** From before the first connection of the run to its end. */
  readonly total: number;
  readonly rate?: number;
  /** The same by our counts, where they can be compared, and whether that is near enough. */
  readonly ours?: number;
  readonly agrees?: boolean;
}

/** What one observer saw of a broker. */
export interface ObservedResult {
  readonly observer: string;
  /** What was looked at, in words. */
  readonly source: string;
  readonly counters: Readonly<Partial<Record<ObservedName, ObservedCounter>>>;
  readonly gauges: Readonly<Partial<Record<ObservedName, GaugeResult>>>;
  /** Where it does not agree with our counts, and why something is missing, in sentences. */
  readonly notes: readonly string[];
}

export type BrokerResult = PartResult & {
  readonly url: string;
  readonly embedded: boolean;
  readonly observed?: readonly ObservedResult[];
};

export interface RunResult {
  readonly id: string;
  readonly name: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly seed: number;
  readonly client: string;
  readonly threads: number;
  /** Why so many: words that can follow "because". */
  readonly threadsWhy: string;
  /** At once. */
  readonly clients: number;
  /** How many were merged; absent: it is one. */
  readonly runs?: number;
  readonly warmUpMs: number;
  /** As asked; null: until all messages are sent. */
  readonly durationMs: number | null;
  /** As it was. */
  readonly measuredMs: number;
  readonly drainMs: number;
  readonly scenario: {
    /** As written, secrets masked, and the SHA-256 of the text before masking. */
    readonly text: string;
    readonly sha256: string;
    /** As it ran, after edits and with its variables replaced; `secrets` are paths of what was left out, to be given again. */
    readonly asRun: { readonly text: string; readonly secrets: readonly string[] };
  };
  readonly versions: Versions;
  /** The highest resident memory of the process that made the run, until its end; absent: not known. */
  readonly peakMemoryBytes?: number;
  /** Machine, program, broker and load in words, by what they are called: what must be alike in runs that are compared. */
  readonly fingerprint?: Readonly<Record<string, string>>;
  readonly commandLine: string;
}

/** The result file: one JSON document. */
export interface Result {
  readonly schema: typeof resultSchema;
  readonly verdict: Verdict;
  readonly exitCode: ExitCode;
  /** Why the verdict is what it is, and what to do about it, in sentences; empty when passed. */
  readonly reasons: readonly string[];
  /** What the reader should know; never changes the verdict. */
  readonly warnings: readonly string[];
  readonly run: RunResult;
  readonly trust: { readonly verdict: TrustVerdict; readonly reasons: readonly string[] };
  readonly thresholds: readonly ThresholdResult[];
  readonly totals: PartResult;
  readonly groups: Readonly<Record<string, PartResult>>;
  readonly brokers: Readonly<Record<string, BrokerResult>>;
  readonly delivery: readonly DeliveryResult[];
  /** The first few of each kind of delivery_violations. */
  readonly violations: readonly ViolationResult[];
  /** The largest 100. */
  readonly outages: readonly OutageResult[];
  /** The 100 most frequent. */
  readonly takeovers: readonly TakeoverResult[];
  readonly series: readonly SeriesEntry[];
  readonly events: readonly { readonly t: number; readonly text: string }[];
  /** What comparing by the second needs; absent where nothing was measured. */
  readonly slices?: SlicesResult;
  /** The scenario's rules for comparing with a baseline, as written; absent: the default ones. */
  readonly compare?: readonly string[];
  /** With a baseline only. */
  readonly comparison?: Comparison;
}
