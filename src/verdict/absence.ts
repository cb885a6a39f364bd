import type { TimeName } from '../metrics/catalog.ts';
import type { Labels } from '../metrics/snapshot.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import { identity } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import type { StreamPlace } from '../plan/streams.ts';
import type { Book, Bounds, StreamBook } from './book.ts';
import type { Timetable } from './timetable.ts';

const leastUnderWayUs = 1_000_000;
const forEver = Number.MAX_SAFE_INTEGER;

/** When receivers were not there, and which messages that excuses. */
export class Absences {
  readonly #plan: Plan;
  readonly #totals: Totals;
  readonly #book: Book;
  readonly #timetable: Timetable;
  readonly #slowest = new Map<string, number>();
  readonly #ofShares = new Map<string, Bounds>();

  constructor(plan: Plan, totals: Totals, book: Book, timetable: Timetable) {
    this.#plan = plan;
    this.#totals = totals;
    this.#book = book;
    this.#timetable = timetable;
  }

  /** From when to when one receiver may have missed messages, us in turns. */
  of(receiver: number, labels: Labels): Bounds {
    const { absentUs } = this.#book.receiver(receiver) ?? { absentUs: [0, forEver] };
    const underWayUs = this.#underWayUs(labels);
    return absentUs.map((us, i) => (i % 2 === 0 ? us - underWayUs : us));
  }

  /**
   * The same of all members of a share together, as nobody knows whose turn it was. The broker hands on to the others once it
   * knows that one is gone, which its keep-alive tells at last; nothing was owed to those who were not there at the start.
   */
  ofShare(labels: Labels): Bounds {
    const key = `${labels.group}\n${this.#plan.cluster ? '' : labels.broker}`;
    let bounds = this.#ofShares.get(key);
    if (bounds === undefined) {
      bounds = joined(this.#members(labels).flatMap(({ number, group }) => this.#ofMember(number, group, labels)));
      this.#ofShares.set(key, bounds);
    }
    return bounds;
  }

  #ofMember(number: number, { session }: GroupPlan, labels: Labels): [number, number][] {
    const bounds = this.of(number, labels);
    // In a session that is kept its messages wait for it.
    const told = session.keepAliveS > 0 && !session.resumes;
    const knownUs = told ? session.keepAliveS * 1_500_000 : forEver;
    const spans: [number, number][] = [];
    for (let i = 0; i < bounds.length; i += 2) {
      const from = bounds[i] as number;
      spans.push([from, Math.min(bounds[i + 1] as number, from + this.#underWayUs(labels) + knownUs)]);
    }
    return spans;
  }

  #members({ group: name, broker }: Labels): { number: number; group: GroupPlan }[] {
    const never = new Set(
      this.#totals.absent.filter(({ group, job }) => group === name && job === -1).map(({ index }) => index),
    );
    let first = 0;
    for (const group of this.#plan.groups) {
      if (group.name === name) {
        const indexes = Array.from({ length: group.clients }, (_, index) => index).filter((index) => !never.has(index));
        const here = (index: number) => this.#plan.cluster || identity(this.#plan, group, index).broker === broker;
        return indexes.filter(here).map((index) => ({ number: first + index, group }));
      }
      first += group.clients;
    }
    return [];
  }

  /** The numbers of a stream that were written between these bounds, or may have been; undefined: nobody knows when they were due. */
  numbers({ sent }: StreamBook, place: StreamPlace, boundsUs: Bounds): Bounds | undefined {
    const numbers: number[] = [];
    for (let i = 0; i < boundsUs.length; i += 2) {
      const first = this.#timetable.dueBefore(place, sent, (boundsUs[i] as number) - this.#lateUs(place));
      const next = this.#timetable.dueBefore(place, sent, boundsUs[i + 1] as number);
      if (first === undefined || next === undefined) return undefined;
      // One absence may begin before the one before it ended: nothing was heard in between.
      const from = Math.max(first, (numbers.at(-1) ?? -1) + 1);
      if (next > from) numbers.push(from, next - 1);
    }
    return numbers;
  }

  /** How long after it was due the slowest publish of a group was written, at most: by then it was acknowledged. */
  #lateUs({ group }: StreamPlace): number {
    return this.#slowestUs('publish_time', { group: group.name });
  }

  /**
   * What was due so long before the last that a client heard may have been under way to it, or in the broker's queue for it, when
   * its connection broke: as long as the slowest delivery to its group took since it was written.
   */
  #underWayUs({ group, broker }: Labels): number {
    return Math.max(leastUnderWayUs, this.#slowestUs('delivery_service_time', { group, broker }));
  }

  /** Asked for every pair of a stream and a receiver. */
  #slowestUs(time: TimeName, where: Where): number {
    const key = `${time}\n${where.group}\n${where.broker}`;
    let us = this.#slowest.get(key);
    if (us === undefined) {
      us = this.#totals.of(time, where)?.max ?? 0;
      this.#slowest.set(key, us);
    }
    return us;
  }
}

function joined(spans: [number, number][]): Bounds {
  const bounds: number[] = [];
  for (const [from, to] of spans.sort((one, other) => one[0] - other[0])) {
    const last = bounds.at(-1);
    if (last !== undefined && from <= last) bounds[bounds.length - 1] = Math.max(last, to);
    else bounds.push(from, to);
  }
  return bounds;
}

/** What lies in both. */
export function common(one: Bounds, other: Bounds): Bounds {
  const both: number[] = [];
  for (let i = 0; i < one.length; i += 2) {
    for (let j = 0; j < other.length; j += 2) {
      const first = Math.max(one[i] as number, other[j] as number);
      const last = Math.min(one[i + 1] as number, other[j + 1] as number);
      if (first <= last) both.push(first, last);
    }
  }
  return both;
}
