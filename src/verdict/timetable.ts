import type { Totals } from '../metrics/totals.ts';
import type { Pacer } from '../pacing/pacer.ts';
import type { GroupPlan, Job, Plan } from '../plan/plan.ts';
import { pacerOf, type StreamPlace } from '../plan/streams.ts';

/** When the messages of streams were due: arithmetic, as their numbers are those of their operations where nothing was dropped. */
export class Timetable {
  readonly #totals: Totals;
  readonly #startUs: number;
  readonly #pacers = new Map<Job, Pacer | null>();

  constructor(plan: Plan, totals: Totals) {
    this.#totals = totals;
    this.#startUs = totals.progress.windowFromUs - Math.round(plan.warmUpMs * 1000);
  }

  /** Undefined: a closed loop, or numbers that do not follow the pacer as some publishes were dropped. */
  dueUs({ group, job, index }: StreamPlace, sequence: number): number | undefined {
    const pacer = this.#pacerOf(group, job);
    if (pacer === null) return undefined;
    return this.#startUs + Math.round(pacer.at(sequence * group.clients + index) * 1000);
  }

  /** How many of the first `sent` numbers of a stream were due before `atUs`. */
  dueBefore(place: StreamPlace, sent: number, atUs: number): number | undefined {
    let low = 0;
    let high = sent;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const dueUs = this.dueUs(place, middle);
      if (dueUs === undefined) return undefined;
      if (dueUs < atUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Asked for every message in question, and the same for all clients of a group. */
  #pacerOf(group: GroupPlan, job: Job): Pacer | null {
    let pacer = this.#pacers.get(job);
    if (pacer === undefined) {
      pacer = this.#dropped(group.name) ? null : (pacerOf(job, group.clients) ?? null);
      this.#pacers.set(job, pacer);
    }
    return pacer;
  }

  #dropped(group: string): boolean {
    const where = { group };
    return (
      (this.#totals.of('publishes_dropped', where)?.count ?? 0) + this.#totals.outside('publishes_dropped', where) > 0
    );
  }
}
