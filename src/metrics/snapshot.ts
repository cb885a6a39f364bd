import type { MachineVitals, ThreadVitals } from '../base/vitals.ts';
import type { Breaks } from './breaks.ts';
import type { CounterName, GaugeName, TimeName } from './catalog.ts';
import { joinLedgers, type Ledger } from './ledger.ts';
import type { Tenure } from './takeovers.ts';

/** How far a worker, or a run, has come; in this order. */
export const phases = ['connecting', 'ready', 'warmUp', 'measuring', 'draining', 'ended'] as const;
export type Phase = (typeof phases)[number];

export interface Labels {
  readonly group: string;
  readonly broker: string;
  readonly qos?: 0 | 1 | 2;
}

/** Bucket index and count in turns: [index, count, index, count, ...], in the layout of Histogram. */
export type Buckets = readonly number[];

export interface Counted {
  readonly counts: Readonly<Partial<Record<CounterName, number>>>;
  readonly causes: Readonly<Partial<Record<CounterName, Readonly<Record<string, number>>>>>;
  readonly times: Readonly<Partial<Record<TimeName, Buckets>>>;
}

/** `measured`: due in the measured window, and everything of scope `run`; `outside`: due in warm-up or after the end. */
export interface CellSnapshot {
  readonly labels: Labels;
  readonly measured: Counted;
  readonly outside: Counted;
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** Only where connections broke, or were made again. */
  readonly breaks?: Breaks;
  /** Only of clients that share their ids. */
  readonly tenures?: readonly Tenure[];
  /** Client ids, each as often as its connection ended without a word for the third time or more. */
  readonly repeated?: readonly string[];
}

/** How one thread was in that second: utilisation of its event loop 0 to 1, how late its ticks were (us). */
export interface Health {
  readonly worker: string;
  readonly utilisation: number;
  readonly loopDelay: Buckets;
  readonly publishing: boolean;
  readonly receiving: boolean;
  readonly vitals: ThreadVitals;
}

/** A worker that died, with the clients it took along. */
export interface Lost {
  readonly worker: string;
  readonly clients: number;
  readonly reason: string;
}

/** A subscription that is not as asked: granted a lower QoS, or nothing (128) because refused or not connected. */
export interface Absence {
  readonly group: string;
  readonly index: number;
  readonly job: number;
  readonly granted: 0 | 1 | 2 | 128;
}

/** Something that happened to the run itself, for the report's time line. */
export interface RunEvent {
  readonly atUs: number;
  readonly text: string;
}

/** So many violations of each kind are told as examples. */
export const examplesKept = 5;

/** A delivery that breaks the contract of its QoS; the first few of each thread and kind in the measured window are kept. */
export interface Violation {
  readonly kind: 'duplicate' | 'out_of_order';
  readonly stream: number;
  readonly sequence: number;
  readonly dueUs: number;
  /** The number of the client in the plan. */
  readonly receiver: number;
}

/** What is told of single messages, with the last snapshot only. */
export interface Evidence {
  readonly violations: readonly Violation[];
  /** Absent where it was not asked for. */
  readonly ledger?: Ledger;
  /** What members of shares received, as ShareInbox tells it; absent where it was not asked for, or is not all known. */
  readonly marks?: readonly number[];
}

/** How far the worker has come, in us of the monotonic clock; 0: not yet. Replaced, never added. */
export interface Progress {
  /** From the first attempt to connect to the last CONNACK before the load. */
  readonly rampFromUs: number;
  readonly rampToUs: number;
  /** The measured window; `windowToUs` moves on with the clock until the window ends. */
  readonly windowFromUs: number;
  readonly windowToUs: number;
  /** The due time of the last publish so far. */
  readonly lastDueUs: number;
}

/**
 * What happened in one whole second of the monotonic clock, so that the seconds of all threads coincide; plain JSON, the
 * only thing told upwards. While there is no load, where people wait, tenths of a second are told (`tenth` 0 to 9); a second
 * in which the phase changes is told in parts, one a phase, and `tenth` is where its part begins.
 */
export interface Snapshot {
  readonly phase: Phase;
  readonly second: number;
  readonly tenth: number;
  readonly cells: readonly CellSnapshot[];
  readonly health: readonly Health[];
  /** How the machine was, told by the thread that conducts the run while it measures. */
  readonly machine?: MachineVitals;
  readonly lost: readonly Lost[];
  readonly absent: readonly Absence[];
  readonly events: readonly RunEvent[];
  readonly progress: Progress;
  readonly evidence?: Evidence;
}

export const noProgress: Progress = { rampFromUs: 0, rampToUs: 0, windowFromUs: 0, windowToUs: 0, lastDueUs: 0 };

/** The progress of several workers together: the earliest beginning, the latest end. */
export function joinProgress(a: Progress, b: Progress): Progress {
  const earliest = (x: number, y: number) => (x === 0 ? y : y === 0 ? x : Math.min(x, y));
  return {
    rampFromUs: earliest(a.rampFromUs, b.rampFromUs),
    rampToUs: Math.max(a.rampToUs, b.rampToUs),
    windowFromUs: earliest(a.windowFromUs, b.windowFromUs),
    windowToUs: Math.max(a.windowToUs, b.windowToUs),
    lastDueUs: Math.max(a.lastDueUs, b.lastDueUs),
  };
}

/** Of several workers; what one of them cannot tell, as it died, cannot be matched. */
export function joinEvidence(parts: readonly (Evidence | undefined)[]): Evidence | undefined {
  if (parts.every((part) => part === undefined)) return undefined;
  const ledger = joinLedgers(parts.map((part) => part?.ledger));
  const marks = parts.some((part) => part?.marks === undefined)
    ? undefined
    : parts.flatMap((part) => part?.marks ?? []);
  return {
    violations: parts.flatMap((part) => part?.violations ?? []),
    ...(ledger !== undefined && { ledger }),
    ...(marks !== undefined && { marks }),
  };
}
