import type { Session } from '../clients/client.ts';
import type { ChangeRule } from '../metrics/change-rule.ts';
import type { Expression } from '../metrics/expression.ts';
import type { Will } from '../mqtt/packets.ts';
import type { Target } from '../transports/transport.ts';

/** Clients first, first + step, ... (count of them) of a group; a share of a slice is a slice. */
export interface Slice {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** One entry under a workload's key. Stream numbers are unique in the plan: firstStream + client index. */
export interface Job {
  readonly workload: string;
  readonly options: unknown;
  readonly firstStream: number;
}

export interface ConnectPlan {
  /** Connections a second of the whole group; null: as fast as `concurrency` allows. */
  readonly ratePerSecond: number | null;
  /** How many connections of a worker may be opening at once; the shares add up to the scenario's. */
  readonly concurrency: number;
  readonly withinMs: number;
  /** The share of the group, 0 to 1, without which the load does not start. */
  readonly atLeast: number;
  /** True where the scenario itself set atLeast: then missing clients are a warning, not an incomplete run. */
  readonly atLeastSet: boolean;
}

export interface ReconnectPlan {
  readonly afterMs: number;
  readonly upToMs: number;
  /** 0 to 1: how much of a delay is random. */
  readonly jitter: number;
  /** In a row without success; null: unlimited. */
  readonly attempts: number | null;
}

export interface GroupPlan {
  readonly name: string;
  /** Of the whole group, in every share. */
  readonly clients: number;
  readonly slice: Slice;
  /** A template; see base/template.ts. */
  readonly clientId: string;
  /** Absent: every id is of one client. */
  readonly allowDuplicateIds?: true;
  /** `spread`, or the name of a broker. */
  readonly broker: string;
  /** Where its clients connect from: client i from address i modulo their number. */
  readonly localAddresses?: readonly string[];
  readonly session: Omit<Session, 'clientId' | 'target' | 'username' | 'password' | 'will'>;
  /** What becomes at the end of sessions that brokers keep beyond a connection; false: they keep none. */
  readonly kept: 'remove' | 'leave' | false;
  /** Topic and payload are templates. */
  readonly will?: Will;
  readonly connect: ConnectPlan;
  readonly reconnect: ReconnectPlan | false;
  readonly maxQueued: number;
  readonly jobs: readonly Job[];
}

export interface BrokerPlan {
  readonly name: string;
  readonly target: Target;
  readonly username?: string;
  readonly password?: string;
  readonly weight: number;
  /** Observers that look at it, by their names in the table. */
  readonly observe?: readonly { readonly observer: string; readonly options: unknown }[];
  /** The broker that this program starts itself; its url is filled in when it listens. */
  readonly embedded: boolean;
  /** Of the embedded one, once it was started: "Aedes 1.2.0". */
  readonly version?: string;
}

export interface ThresholdPlan {
  readonly expression: Expression;
  readonly level: 'fail' | 'warn';
  /** Judged every second of the measured window, on so much of it, whole seconds; absent: at the end, on all of it. */
  readonly windowMs?: number;
  /** Judged every second, and the load is stopped where it fails. */
  readonly abortOnFail?: true;
  /** From the beginning of the measured window to the first time that it is judged. */
  readonly afterMs?: number;
  /** True for delivery_violations where the scenario does not name it. */
  readonly implicit: boolean;
}

export interface RunPlan {
  /** 7 base-36 characters of time and randomness: {run} in templates. */
  readonly tag: string;
  readonly seed: number;
  /** As typed, secrets masked. */
  readonly commandLine: string;
  /** The scenario's text, secrets masked, and the SHA-256 of the text before masking. */
  readonly scenarioText: string;
  readonly scenarioHash: string;
  /** What a result needs to be run again. */
  readonly asRun: { readonly text: string; readonly secrets: readonly string[] };
}

/** The scenario resolved to absolute numbers: pure, JSON-safe data; no list per client: what a client is follows from (plan, group, index). */
export interface Plan {
  readonly name: string;
  readonly description?: string;
  readonly run: RunPlan;
  readonly client: string;
  readonly warmUpMs: number;
  /** Null: until every stream has reached its message limit. */
  readonly durationMs: number | null;
  readonly drainMs: number;
  readonly cluster: boolean;
  /** False: more pairs of a stream and a receiver than a ledger can hold, so deliveries are counted only. */
  readonly judged: boolean;
  /** HdrHistogram sub-buckets of every time: 2,048, or 256 where the plan has more than 64 cells. */
  readonly subBuckets: 2048 | 256;
  readonly brokers: readonly BrokerPlan[];
  readonly groups: readonly GroupPlan[];
  readonly thresholds: readonly ThresholdPlan[];
  /** By how much it may be worse than a baseline; absent: the default rules. */
  readonly compare?: readonly ChangeRule[];
  /** Told once in the report: what the user should know about this plan. */
  readonly warnings: readonly string[];
}
