import { examplesKept, type Labels } from '../metrics/snapshot.ts';
import type { Totals } from '../metrics/totals.ts';
import { memberAt } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { type Publisher, publisherFinder } from '../plan/publishers.ts';
import { type Recipient, Routes } from '../plan/routes.ts';
import { sharedIds } from '../plan/shared-ids.ts';
import type { StreamPlace } from '../plan/streams.ts';
import { Absences, common } from './absence.ts';
import { Book, type Bounds, type Gap, type StreamBook } from './book.ts';
import { Marks } from './marks.ts';
import { Timetable } from './timetable.ts';

/** Why a delivery is missing, as far as it is not the broker's; what is left of a loss is `acked_not_delivered`. */
export type Excuse = 'unacked' | 'while_disconnected' | 'session_gone' | 'drain_ended' | 'unknown';

/** What the ledgers tell of the losses of one cell. */
export interface Matched {
  readonly excuses: Map<Excuse, number>;
  /** Missing in a gap of which not all is missing, next to numbers with an excuse: each may be the one or the other. */
  unclear: number;
}

export interface MissingMessage {
  readonly stream: number;
  readonly sequence: number;
  readonly receiver: number;
}

export interface Losses {
  /** Undefined: a loss of this cell cannot be matched, as nobody knows what the members of a share received. */
  of(labels: Labels): Matched | undefined;
  /** The first few that were acknowledged and have no excuse. */
  readonly examples: readonly MissingMessage[];
}

/**
 * Matches what was published with what arrived, message by message; undefined where a thread died with what it knew, or no
 * delivery is missing. `behind`: messages still came to that cell when the drain ended.
 */
export function matchLosses(plan: Plan, totals: Totals, behind: Behind): Losses | undefined {
  const { ledger, marks } = totals.evidence ?? {};
  if (ledger === undefined) return undefined;
  const matching = new Matching(plan, totals, new Book(ledger), marks && new Marks(marks), behind);
  return matching.run();
}

type Behind = (labels: Labels) => boolean;

class Matching {
  readonly #plan: Plan;
  readonly #book: Book;
  readonly #marks: Marks | undefined;
  readonly #behind: Behind;
  readonly #routes: Routes;
  readonly #absences: Absences;
  readonly #cells = new Map<string, Matched>();
  readonly #shared = new Set<string>();
  readonly #examples: MissingMessage[] = [];

  constructor(plan: Plan, totals: Totals, book: Book, marks: Marks | undefined, behind: Behind) {
    this.#plan = plan;
    this.#book = book;
    this.#marks = marks;
    this.#behind = behind;
    this.#routes = new Routes(plan, totals.absent);
    this.#absences = new Absences(plan, totals, book, new Timetable(plan, totals));
  }

  run(): Losses {
    const find = publisherFinder(this.#plan);
    for (const stream of this.#book.streams()) {
      const publisher = stream.to > stream.from ? find(stream.stream) : undefined;
      if (publisher !== undefined) this.#matchStream(stream, publisher);
    }
    return {
      of: (labels) => (this.#shared.has(keyOf(labels)) ? undefined : (this.#cells.get(keyOf(labels)) ?? newMatched())),
      examples: this.#examples,
    };
  }

  #matchStream(stream: StreamBook, { place, who, publication }: Publisher): void {
    for (const recipient of this.#routes.recipients(publication, who.broker)) {
      if (recipient.labels.qos === 0) continue;
      if (recipient.share !== undefined) this.#matchShare(stream, place, recipient, recipient.share);
      else this.#matchPair(stream, place, recipient);
    }
  }

  #matchShare(stream: StreamBook, place: StreamPlace, { client, labels }: Recipient, share: number): void {
    if (this.#marks === undefined) {
      this.#shared.add(keyOf(labels));
      return;
    }
    const { missing, next } = this.#marks.of(share, stream.stream, stream.from, stream.to);
    if (missing.length === 0) return;
    const account = new Account(stream, this.#cellOf(labels), (sequence) => this.#example(stream, sequence, client));
    const away = this.#absences.ofShare(labels);
    const excused = away.length === 0 ? [] : (this.#absences.numbers(stream, place, away) ?? [0, stream.to - 1]);
    const excuse = groupOf(this.#plan, labels.group).session.resumes ? 'session_gone' : 'unknown';
    const tail = this.#behind(labels) ? 'drain_ended' : undefined;
    for (let i = 0; i < missing.length; i += 2) {
      const [first, last] = [missing[i] as number, missing[i + 1] as number];
      account.split(first, last, excused, excuse, first >= next ? tail : undefined);
    }
  }

  #matchPair(stream: StreamBook, place: StreamPlace, { client, labels }: Recipient): void {
    const pair = this.#book.pair(client, stream.stream);
    if (pair.gaps.length === 0 && pair.next >= stream.to) return;
    const account = new Account(stream, this.#cellOf(labels), (sequence) => this.#example(stream, sequence, client));
    const receiver = this.#book.receiver(client);
    const gone = receiver === undefined || receiver.absentUs.at(-1) === Number.MAX_SAFE_INTEGER;
    const passed = sharesSession(this.#plan, labels.group, client);
    const excuse = passed ? 'unknown' : gone ? 'while_disconnected' : interruption(this.#plan, labels.group);
    const whole = [0, stream.to - 1];
    const excused = passed ? whole : this.#absences.numbers(stream, place, this.#absences.of(client, labels));
    // What is older than a message that came before the connection broke was not under way any more.
    const skipped = passed ? whole : excused === undefined ? pair.interrupted : common(excused, pair.interrupted);
    for (const gap of pair.gaps) account.gap(gap, skipped, excuse);
    const tail = this.#behind(labels) ? 'drain_ended' : undefined;
    if (excused !== undefined) account.split(pair.next, stream.to - 1, excused, excuse, tail);
    else account.range(pair.next, stream.to - 1, gone || pair.epoch !== receiver.epoch ? 'unknown' : tail);
  }

  #cellOf(labels: Labels): Matched {
    const key = keyOf(labels);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = newMatched();
      this.#cells.set(key, cell);
    }
    return cell;
  }

  #example({ stream }: StreamBook, sequence: number, receiver: number): void {
    if (this.#examples.length < examplesKept) this.#examples.push({ stream, sequence, receiver });
  }
}

/** What is missing of one stream at one receiver goes to its causes. */
class Account {
  readonly #stream: StreamBook;
  readonly #cell: Matched;
  readonly #example: (sequence: number) => void;

  constructor(stream: StreamBook, cell: Matched, example: (sequence: number) => void) {
    this.#stream = stream;
    this.#cell = cell;
    this.#example = example;
  }

  /** A gap in which not all may be missing; what lies in `excused` has the excuse. */
  gap({ first, last, missing }: Gap, excused: Bounds, excuse: Excuse): void {
    const { unacked, from, to } = this.#stream;
    if (missing === last - first + 1) this.split(first, last, excused, excuse, undefined);
    else if (overlap(unacked, first, last) + overlap(excused, first, last) > 0)
      this.#cell.unclear += Math.max(0, Math.min(missing, Math.min(last, to - 1) - Math.max(first, from) + 1));
  }

  /** All of these numbers are missing: with the excuse where they lie in `excused`, else with the other one. */
  split(first: number, last: number, excused: Bounds, excuse: Excuse, other: Excuse | undefined): void {
    let at = first;
    for (let i = 0; i < excused.length; i += 2) {
      const [begin, end] = [Math.max(first, excused[i] as number), Math.min(last, excused[i + 1] as number)];
      if (begin > end) continue;
      this.range(at, begin - 1, other);
      this.range(begin, end, excuse);
      at = end + 1;
    }
    this.range(at, last, other);
  }

  /** All of these numbers are missing. Without an excuse: acknowledged and not delivered. */
  range(first: number, last: number, excuse: Excuse | undefined): void {
    const { from, to, unacked, refused } = this.#stream;
    const begin = Math.max(first, from);
    const end = Math.min(last, to - 1);
    if (begin > end) return;
    const open = overlap(unacked, begin, end);
    const owed = end - begin + 1 - open - overlap(refused, begin, end);
    add(this.#cell, 'unacked', open);
    if (excuse !== undefined) add(this.#cell, excuse, owed);
    else if (owed > 0) {
      for (let sequence = begin, told = 0; sequence <= end && told < examplesKept; sequence++) {
        if (overlap(unacked, sequence, sequence) + overlap(refused, sequence, sequence) > 0) continue;
        this.#example(sequence);
        told++;
      }
    }
  }
}

function newMatched(): Matched {
  return { excuses: new Map(), unclear: 0 };
}

function add({ excuses }: Matched, excuse: Excuse, count: number): void {
  if (count > 0) excuses.set(excuse, (excuses.get(excuse) ?? 0) + count);
}

/** What is lost while a subscription is not there: by the session that was to be kept, or none was. MQTT 3.1 does not say. */
function interruption(plan: Plan, name: string): Excuse {
  const group = groupOf(plan, name);
  if (!group.session.resumes) return 'while_disconnected';
  return group.session.protocol === '3.1' ? 'unknown' : 'session_gone';
}

/** The session of an id that clients share passes from one to the other, and what it holds goes to who has it then. */
function sharesSession(plan: Plan, name: string, client: number): boolean {
  const { allowDuplicateIds, session } = groupOf(plan, name);
  if (!allowDuplicateIds || !session.resumes) return false;
  const who = memberAt(plan, client);
  return who !== undefined && sharedIds(plan)(who.clientId, who.broker).length > 0;
}

function groupOf(plan: Plan, name: string): GroupPlan {
  return plan.groups.find((one) => one.name === name) as GroupPlan;
}

function overlap(bounds: Bounds, first: number, last: number): number {
  let count = 0;
  for (let i = 0; i < bounds.length; i += 2) {
    count += Math.max(0, Math.min(last, bounds[i + 1] as number) - Math.max(first, bounds[i] as number) + 1);
  }
  return count;
}

function keyOf({ group, broker, qos }: Labels): string {
  return `${group}\n${broker}\n${qos}`;
}
