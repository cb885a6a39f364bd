import type { z } from 'zod';
import type { Protocol } from '../mqtt/packets.ts';
import type { Target } from '../transports/transport.ts';

/** What can be seen of a broker, from its own point of view: it receives what clients send. `counter`: adds up while it lives. */
export const observed = {
  messagesReceived: { kind: 'counter', help: 'PUBLISH packets that it received' },
  messagesSent: { kind: 'counter', help: 'PUBLISH packets that it sent' },
  messagesDropped: { kind: 'counter', help: 'messages that it dropped, for limits of its queues' },
  bytesReceived: { kind: 'counter', help: 'bytes that it received' },
  bytesSent: { kind: 'counter', help: 'bytes that it sent' },
  clientsConnected: { kind: 'gauge', help: 'clients connected, without the observer' },
  receivedPerMinute: { kind: 'gauge', help: 'PUBLISH packets received a minute, its own moving average' },
  sentPerMinute: { kind: 'gauge', help: 'PUBLISH packets sent a minute, its own moving average' },
  cpuSeconds: { kind: 'counter', help: 'CPU time of its process, all threads, user and system' },
  memoryBytes: { kind: 'gauge', help: 'resident memory of its process' },
} as const satisfies Record<string, { readonly kind: 'counter' | 'gauge'; readonly help: string }>;

export type ObservedName = keyof typeof observed;
export const observedNames = Object.keys(observed) as readonly ObservedName[];

/** What stood there at an instant of the monotonic clock; counters count from somewhere before the run. */
export interface Sample {
  readonly atUs: number;
  readonly values: Readonly<Partial<Record<ObservedName, number>>>;
}

/** All that one observer saw of one broker: data, for the verdict to lay beside our counts. */
export interface Observation {
  readonly broker: string;
  readonly observer: string;
  /** What was looked at, in words. */
  readonly source: string;
  readonly samples: readonly Sample[];
  /** The first sample is from before the first connection of the run, the last from when nothing moved any more. */
  readonly whole: boolean;
  /** What messagesReceived of this broker leaves out. */
  readonly uncounted: readonly ('qos2' | 'retained')[];
  /** Why there is less than was hoped for, in sentences. */
  readonly notes: readonly string[];
}

/** A broker as observers see it. */
export interface Watched {
  readonly name: string;
  readonly target: Target;
  readonly username?: string;
  readonly password?: string;
}

/** What all observers of a run share. */
export interface WatchContext {
  /** {run}, for a client id that nobody else has. */
  readonly tag: string;
  readonly protocol: Protocol;
  /** How long to wait for what a broker tells from time to time; default 15 s. */
  readonly patienceMs?: number;
  /** Other observers of the run may be clients of the same broker: what it sends does not come to rest then. */
  readonly others?: boolean;
}

/** Looks at one broker for one run. Neither promise is ever rejected: an observer does not make a run fail. */
export interface Observer {
  /** Resolves when the run may begin to connect; at once where the signal is aborted. */
  begin(signal: AbortSignal): Promise<void>;
  /** After the run: waits for what is still to be told, unless the signal is aborted, and ends. */
  end(signal: AbortSignal): Promise<Observation>;
}

/** A member of the table: one way of looking at a broker. */
export interface ObserverKind<Options> {
  /** What stands for it below `observe`. */
  readonly options: z.ZodType<Options>;
  /** The run waits for what it reads, before and after the load. */
  readonly waits: boolean;
  /** It looks by a connection of its own. */
  readonly connects: boolean;
  open(broker: Watched, options: Options, context: WatchContext): Observer;
  /** Words for `check`. */
  describe(options: Options): string;
}
