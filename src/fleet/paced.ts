/** Cost: a tick walks the operations that are due, never all clients. */
import type { Pacer } from '../pacing/pacer.ts';
import type { GroupPlan } from '../plan/plan.ts';
import type { Drive, Placed } from './drive.ts';
import type { Member } from './member.ts';
import type { Stream } from './stream.ts';
import type { TakenLog } from './taken-log.ts';

/** A publish taken more than this late counts as late. */
const lateUs = 10_000;
/** Operations of one turn, so that reads come in between when there is much to catch up. */
const mostPerTurn = 512;

/** One publish entry of a group at the pace of its pacer: what is due in this share, in order. */
export class Paced implements Drive {
  readonly #clients: readonly Placed[];
  readonly #group: GroupPlan;
  readonly #pacer: Pacer;
  readonly #limit: number;
  readonly #taken: TakenLog;
  #startUs = 0;
  #endUs = 0;
  #cycle = 0;
  #turn = 0;
  /** When the next operation of this share is due; Infinity: none any more. */
  nextUs = Number.POSITIVE_INFINITY;
  lastDueUs = 0;

  constructor(clients: readonly Placed[], group: GroupPlan, pacer: Pacer, limit: number | null, taken: TakenLog) {
    this.#clients = clients;
    this.#group = group;
    this.#pacer = pacer;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
    this.#taken = taken;
  }

  start(startUs: number, endUs: number): void {
    this.#startUs = startUs;
    this.#endUs = endUs;
    this.#seek();
  }

  stop(endUs: number): void {
    this.#endUs = Math.min(this.#endUs, endUs);
    if (this.nextUs >= this.#endUs) this.nextUs = Number.POSITIVE_INFINITY;
  }

  #dueUs(cycle: number, index: number): number {
    return this.#startUs + Math.round(this.#pacer.at(cycle * this.#group.clients + index) * 1000);
  }

  #seek(): void {
    if (this.#clients.length === 0 || this.#cycle >= this.#limit) {
      this.nextUs = Number.POSITIVE_INFINITY;
      return;
    }
    const dueUs = this.#dueUs(this.#cycle, (this.#clients[this.#turn] as Placed).stream.index);
    this.nextUs = dueUs < this.#endUs ? dueUs : Number.POSITIVE_INFINITY;
  }

  /** Hands what is due to its clients. */
  run(clock: () => number): void {
    let nowUs = clock();
    if (this.nextUs > nowUs) return;
    this.#taken.tick(nowUs);
    for (let done = 0; done < mostPerTurn; done++) {
      const dueUs = this.nextUs;
      if (dueUs > nowUs) return;
      const { member, stream } = this.#clients[this.#turn] as Placed;
      this.#take(member, stream, dueUs, nowUs);
      if (++this.#turn === this.#clients.length) {
        this.#turn = 0;
        this.#cycle++;
      }
      this.#seek();
      nowUs = clock();
    }
  }

  #take(member: Member, stream: Stream, dueUs: number, nowUs: number): void {
    this.lastDueUs = dueUs;
    const tally = stream.cell.at(dueUs);
    const lagUs = nowUs - dueUs;
    tally.counts.publishes_due++;
    tally.times.schedule_lag.record(lagUs);
    if (lagUs > lateUs) tally.counts.publishes_late++;
    const free = stream.passed === stream.settled && member.ready;
    stream.passed++;
    if (free && stream.publish(member.client, dueUs, nowUs)) {
      member.client.flush();
      stream.settled++;
      tally.times.wait_time.record(0);
      return;
    }
    stream.cell.gauges.publishes_owed++;
    if (member.gone) this.forsake(stream);
    else if (stream.passed - stream.settled > this.#group.maxQueued) this.#drop(stream, 'max_queued');
  }

  forsake(stream: Stream): void {
    while (stream.settled < stream.passed) this.#drop(stream, 'client_gone');
  }

  /** Skips the oldest publish owed; it takes no sequence number. */
  #drop(stream: Stream, why: string): void {
    const dueUs = this.#dueUs(stream.settled, stream.index);
    stream.settled++;
    stream.cell.gauges.publishes_owed--;
    stream.cell.at(dueUs).cause('publishes_dropped', why);
  }

  /** Sends what a client owes, oldest first, as far as it takes it. */
  resume({ member, stream }: Placed, clock: () => number): void {
    while (stream.settled < stream.passed) {
      const dueUs = this.#dueUs(stream.settled, stream.index);
      const nowUs = clock();
      if (!stream.publish(member.client, dueUs, nowUs)) break;
      stream.settled++;
      stream.cell.gauges.publishes_owed--;
      stream.cell.at(dueUs).times.wait_time.record(nowUs - this.#taken.takenUs(dueUs));
    }
    member.client.flush();
  }

  finished(stream: Stream): boolean {
    return stream.settled >= this.#limit;
  }
}
