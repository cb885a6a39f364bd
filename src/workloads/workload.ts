import type { z } from 'zod';
import type { Who } from '../base/template.ts';
import type { Client, Filter } from '../clients/client.ts';
import type { Protocol, Qos } from '../mqtt/packets.ts';
import type { Pacer } from '../pacing/pacer.ts';
import type { StampPlace } from './stamp.ts';

/** One client as templates see it. */
export type Identity = Who;

/** Where one client publishes; a null level changes with every message. Whom the stamp reaches: there deliveries are timed and judged. */
export interface Publication {
  readonly levels: readonly (string | null)[];
  readonly qos: Qos;
  readonly retain: boolean;
  readonly stamp: StampPlace;
}

/** What all clients of a job share. */
export interface JobContext {
  readonly protocol: Protocol;
  readonly run: string;
  /** The 16 bits of the run that every stamp carries. */
  readonly tag: number;
  readonly seed: number;
}

/** A member of the table: what stands under its key in a group. Everything but `prepare` is pure and used by the plan. */
export interface Workload<Options> {
  readonly options: z.ZodType<Options>;
  /** Absent: it only listens. Null: closed loop, as fast as the client takes it. */
  pacer?(options: Options, clients: number): Pacer | null;
  /** Operations of one client; null: no limit. */
  limit?(options: Options): number | null;
  publication?(options: Options, who: Identity, context: JobContext): Publication;
  filters?(options: Options, who: Identity): readonly Filter[];
  /** Computes what the clients of a job share, and returns what makes the work of one of them. */
  prepare(options: Options, context: JobContext): (who: Identity, stream: number) => Work;
  /** One line of plain words for `check`. */
  describe(options: Options, clients: number): string;
}

/** The work of one client. Absent parts are not done. */
export interface Work {
  /** One operation; false: the client cannot take it now, the fleet will ask again. */
  operate?(client: Client, sequence: number, dueUs: number, nowUs: number): boolean;
}
