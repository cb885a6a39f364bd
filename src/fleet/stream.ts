/** Cost: field stores and counter additions a publish; one histogram record each for lag and wait. */

import { noTimeUs } from '../base/clock.ts';
import { reasonName } from '../clients/causes.ts';
import type { Client } from '../clients/client.ts';
import { Ranges } from '../metrics/ranges.ts';
import type { Cell } from '../metrics/recorder.ts';
import type { Qos } from '../mqtt/packets.ts';
import type { Publication, Work } from '../workloads/workload.ts';

/** Deliveries that one message of a stream owes, each counted in the cell of those who get it. */
export type Owed = { readonly cell: Cell; readonly count: number };

type Operation = Required<Work>['operate'];

/** One client x one publish entry: its sequence, and what it owes. */
export class Stream {
  readonly number: number;
  /** 0-based index in its group: operation n of cycle c is due at n = c * clients + index. */
  readonly index: number;
  readonly cell: Cell;
  readonly #work: Work;
  readonly #operate: Operation;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Operations that came due, and those of them that were sent or dropped: the difference is owed. */
  passed = 0;
  settled = 0;
  /** Written messages; also the next sequence number. */
  sequence = 0;
  /** Which numbers were due in the measured window: from <= number < to; to 0: none. */
  measuredFrom = 0;
  measuredTo = 0;
  /** Numbers that were never acknowledged, and those that were refused or never sent. */
  readonly unacked = new Ranges();
  readonly refused = new Ranges();
  /** When it first published on the connection that its client has; 0: not yet. */
  firstUs = noTimeUs;
  owes: readonly Owed[] = [];
  /** Has not reached its limit, and its client may still be there. */
  active = true;

  constructor(
    number: number,
    index: number,
    cell: Cell,
    work: Work,
    { qos, retain }: Pick<Publication, 'qos' | 'retain'>,
  ) {
    this.number = number;
    this.index = index;
    this.cell = cell;
    this.#work = work;
    this.#operate = work.operate as Operation;
    this.qos = qos;
    this.retain = retain;
    cell.gauges.streams_active++;
  }

  retire(): void {
    this.active = false;
    this.cell.gauges.streams_active--;
  }

  /** One attempt; false: the client cannot take it. */
  publish(client: Client, dueUs: number, nowUs: number): boolean {
    if (!this.#operate.call(this.#work, client, this.sequence, dueUs, nowUs)) return false;
    this.sequence = (this.sequence + 1) >>> 0;
    const tally = this.cell.at(dueUs);
    tally.counts.messages_sent++;
    // What was due in the measured window follows what was due before it.
    if (tally === this.cell.run) this.measuredTo = this.sequence;
    else if (this.measuredTo === 0) this.measuredFrom = this.sequence;
    if (this.firstUs === 0) this.firstUs = nowUs;
    // QoS 0 is never acknowledged, so it is never in flight.
    if (this.qos > 0) this.cell.gauges.in_flight++;
    for (let i = 0; i < this.owes.length; i++) {
      const { cell, count } = this.owes[i] as Owed;
      cell.at(dueUs).counts.deliveries_expected += count;
    }
    return true;
  }

  /** `pubrecUs`: where the two legs of QoS 2 meet; 0: there are none. */
  acknowledged(
    reasonCode: number,
    dueUs: number,
    writtenUs: number,
    pubrecUs: number,
    nowUs: number,
    sequence: number,
  ): void {
    this.cell.gauges.in_flight--;
    const tally = this.cell.at(dueUs);
    if (reasonCode < 0x80) {
      tally.counts.messages_acked++;
      tally.times.publish_time.record(nowUs - dueUs);
      tally.times.publish_service_time.record(nowUs - writtenUs);
      if (pubrecUs === 0) return;
      tally.times.publish_received_time.record(pubrecUs - writtenUs);
      tally.times.publish_complete_time.record(nowUs - pubrecUs);
      return;
    }
    tally.cause('publish_errors', reasonName(reasonCode));
    this.refused.add(sequence);
    // What the broker refused it owes to nobody.
    for (const { cell, count } of this.owes) cell.at(dueUs).counts.deliveries_expected -= count;
  }

  /** `lost`: the session ended under it; else the run itself ended. */
  abandoned(dueUs: number, lost: boolean, sequence: number): void {
    this.cell.gauges.in_flight--;
    this.unacked.add(sequence);
    const tally = this.cell.at(dueUs);
    tally.counts.messages_unacked++;
    if (lost) tally.cause('publish_errors', sessionLost);
    for (const { cell, count } of this.owes) cell.at(dueUs).counts.deliveries_unacked += count;
  }

  resent(dueUs: number): void {
    this.cell.at(dueUs).counts.messages_resent++;
  }

  /** Told while it is published: what is counted there as sent, and owed, never was. */
  forbidden(dueUs: number, cause: string): void {
    this.refused.add(this.sequence);
    const tally = this.cell.at(dueUs);
    tally.counts.messages_sent--;
    tally.cause('publishes_dropped', cause);
    if (this.qos > 0) this.cell.gauges.in_flight--;
    for (const { cell, count } of this.owes) cell.at(dueUs).counts.deliveries_expected -= count;
  }
}

/** The cause of publish_errors that is no refusal: the message was given up with its session. */
export const sessionLost = 'session_lost';

/** Of the few streams of one client the one with that number. */
export function numbered(streams: readonly { readonly stream: Stream }[], number: number): Stream | undefined {
  for (let i = 0; i < streams.length; i++) {
    const { stream } = streams[i] as { stream: Stream };
    if (stream.number === number) return stream;
  }
  return undefined;
}
