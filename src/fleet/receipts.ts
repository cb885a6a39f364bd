/** Cost: reads the stamp, one probe of the inbox, two histogram records and a few counters a message received. */
import type { Incoming } from '../clients/client.ts';
import { type Arrivals, Inbox } from '../metrics/inbox.ts';
import type { Cell, Tally } from '../metrics/recorder.ts';
import { ShareInbox } from '../metrics/share-inbox.ts';
import { examplesKept, type Labels, type Violation } from '../metrics/snapshot.ts';
import type { Protocol, Qos } from '../mqtt/packets.ts';
import { identity, jobContext } from '../plan/identity.ts';
import type { Plan } from '../plan/plan.ts';
import { type Publisher, publisherFinder } from '../plan/publishers.ts';
import type { Route, Routes } from '../plan/routes.ts';
import { route } from '../plan/routes.ts';
import { type Share, type Shares, sharesOf } from '../plan/shares.ts';
import { publicationOf } from '../plan/streams.ts';
import { willFinder } from '../plan/wills.ts';
import { findStamp, type Stamp, stampReaches } from '../workloads/stamp.ts';
import type { Member } from './member.ts';

const kinds = ['planned', 'shared', 'unjudged'] as const;
/** In the code of a route, see `encode`. */
const repeats = 1 << 4;
const ordered = 1 << 5;
const halfRange = 2 ** 31;

/** Counts what the clients of this thread receive: delivery times, and the ledger of what came first, again or late. */
export class Receipts {
  readonly #plan: Plan;
  readonly #tag: number;
  readonly #find: (stream: number) => Publisher | undefined;
  readonly #inbox = new Inbox();
  #shares: Shares;
  readonly #shareInbox = new ShareInbox();
  /** Where the deliveries of each place of the share inbox are counted. */
  readonly #shareCells: Cell[] = [];
  readonly #cell: (labels: Labels) => Cell;
  readonly #stamp: Stamp = { stream: 0, sequence: 0, dueUs: 0, lagUs: 0 };
  /** Receivers whom the stamp of some publish entry does not reach: what comes to them without one may be of this run. */
  readonly #unstamped: ReadonlySet<Protocol>;
  /** The first few of each kind in the measured window. */
  readonly violations: Violation[] = [];
  readonly #isWill: ReturnType<typeof willFinder>;

  constructor(plan: Plan, tag: number, cell: (labels: Labels) => Cell) {
    this.#plan = plan;
    this.#tag = tag;
    this.#find = publisherFinder(plan);
    this.#shares = sharesOf(plan);
    this.#cell = cell;
    this.#isWill = willFinder(plan);
    this.#unstamped = unstamped(plan);
  }

  /** What the run owes, now that all have subscribed. */
  expect({ shares }: Routes): void {
    this.#shares = shares;
  }

  received(member: Member, message: Incoming): void {
    const { receivedUs } = message;
    member.subscriptions.heardUs = receivedUs;
    const stamp = this.#stamp;
    if (!this.#read(message)) {
      this.#withoutStamp(member, message);
      return;
    }
    if (message.retain) {
      member.cellOf(message.qos).at(receivedUs).counts.messages_retained++;
      return;
    }
    member.presence.delivered(receivedUs);
    if (!this.#plan.judged) {
      this.#countOnly(member, message);
      return;
    }
    let slot = this.#inbox.find(member.number, stamp.stream);
    if (slot < 0) {
      const code = this.#lookUp(member, stamp.stream);
      if (code < 0 || stamp.sequence >= halfRange) {
        this.#foreign(member, message);
        return;
      }
      slot = this.#inbox.open(member.number, stamp.stream, code);
    }
    this.#count(member, message, slot);
  }

  #read({ bytes, propertiesStart, payloadStart, payloadEnd, receivedUs }: Incoming): boolean {
    return findStamp(bytes, propertiesStart, payloadStart, payloadEnd, this.#tag, receivedUs, this.#stamp);
  }

  #withoutStamp(member: Member, message: Incoming): void {
    if (this.#isWill?.(textOf(message, 'topic'), textOf(message, 'payload'))) {
      member.cellOf(message.qos).at(message.receivedUs).counts.wills_received++;
      return;
    }
    if (!this.#unstamped.has(member.group.session.protocol) || message.retain) {
      this.#foreign(member, message);
      return;
    }
    member.presence.delivered(message.receivedUs);
    const { counts } = member.cellOf(message.qos).at(message.receivedUs);
    counts.messages_received++;
    counts.messages_unjudged++;
  }

  #foreign(member: Member, message: Incoming): void {
    member.cellOf(message.qos).at(message.receivedUs).counts.messages_foreign++;
  }

  #countOnly(member: Member, { qos, receivedUs }: Incoming): void {
    const tally = member.cellOf(qos).at(this.#stamp.dueUs);
    tally.counts.messages_received++;
    tally.counts.messages_unjudged++;
    this.#time(tally, receivedUs);
  }

  #time({ times }: Tally, receivedUs: number): void {
    const { dueUs, lagUs } = this.#stamp;
    times.delivery_time.record(receivedUs - dueUs);
    times.delivery_service_time.record(receivedUs - dueUs - lagUs);
  }

  #count(member: Member, message: Incoming, slot: number): void {
    const code = this.#inbox.route(slot);
    const kind = code & 3;
    const { dueUs, sequence } = this.#stamp;
    const tally = member.cellOf(kind === 2 ? message.qos : (((code >>> 2) & 3) as Qos)).at(dueUs);
    const { counts } = tally;
    counts.messages_received++;
    if (kind === 0) {
      const arrival = this.#inbox.arrived(slot, sequence, code >>> 6, member.subscriptions.epoch);
      if (arrival === 'duplicate') {
        if ((code & repeats) !== 0) counts.messages_duplicated++;
        else this.#forbidden('duplicate', tally, member);
        return;
      }
      if (arrival === 'copy') {
        counts.messages_copied++;
        return;
      }
      if (arrival === 'outOfOrder' && (code & ordered) !== 0) {
        counts.messages_out_of_order++;
        this.#violated('out_of_order', tally, member);
      }
      counts.deliveries_made++;
    } else if (kind === 1) {
      if (!this.#shared(code, member)) return;
    } else counts.messages_unjudged++;
    this.#time(tally, message.receivedUs);
  }

  /** False: another member, or the same, has had it. */
  #shared(code: number, member: Member): boolean {
    const { dueUs, sequence } = this.#stamp;
    const place = code >>> 6;
    const tally = (this.#shareCells[place] as Cell).at(dueUs);
    const first = this.#shareInbox.arrived(place, sequence);
    if (first) tally.counts.deliveries_made++;
    else if ((code & repeats) !== 0) tally.counts.messages_duplicated++;
    else this.#forbidden('duplicate', tally, member);
    return first;
  }

  #forbidden(kind: Violation['kind'], tally: Tally, member: Member): void {
    tally.cause('messages_duplicated', 'forbidden');
    this.#violated(kind, tally, member);
  }

  #violated(kind: Violation['kind'], { measured }: Tally, member: Member): void {
    if (!measured || this.violations.filter((known) => known.kind === kind).length >= examplesKept) return;
    const { stream, sequence, dueUs } = this.#stamp;
    this.violations.push({ kind, stream, sequence, dueUs, receiver: member.number });
  }

  /** Pairs of a receiver and a stream that something came for. */
  get pairs(): number {
    return this.#inbox.size;
  }

  /** What came by shares; undefined: not all of it is known. */
  get marks(): readonly number[] | undefined {
    return this.#shareInbox.full ? undefined : this.#shareInbox.marks();
  }

  arrivals(): Iterable<Arrivals> {
    return this.#inbox.arrivals();
  }

  /** Once for each pair of receiver and stream; -1: the plan has no such stream. */
  #lookUp(member: Member, stream: number): number {
    const publisher = this.#find(stream);
    if (publisher === undefined) return -1;
    const { who, publication } = publisher;
    const sameBroker = this.#plan.cluster || who.broker === member.who.broker;
    const judged = (topicFilter: string) => this.#shares(topicFilter, member.who.broker) !== undefined;
    const { filters, granted } = member.subscriptions;
    const found = route(publication, filters, granted, sameBroker, judged);
    const shared = found.share === undefined ? 0 : this.#openShare(found, found.share, member, stream);
    return encode(found, shared);
  }

  #openShare({ qos }: Route, topicFilter: string, { who }: Member, stream: number): number {
    const share = this.#shares(topicFilter, who.broker) as Share;
    const place = this.#shareInbox.open(share.number, stream);
    this.#shareCells[place] ??= this.#cell({ group: who.group, broker: share.broker, qos });
    return place;
  }
}

function unstamped(plan: Plan): ReadonlySet<Protocol> {
  const places = plan.groups.flatMap((group) => {
    const who = identity(plan, group, 0);
    return group.jobs.flatMap((job) => publicationOf(job, who, jobContext(plan, group))?.stamp ?? []);
  });
  const receivers = plan.groups.map(({ session }) => session.protocol);
  return new Set(receivers.filter((receiver) => places.some((place) => !stampReaches(place, receiver))));
}

function textOf(message: Incoming, part: 'topic' | 'payload'): string {
  return message.bytes.toString('utf8', message[`${part}Start`], message[`${part}End`]);
}

/** Two bits of kind, two of QoS, whether it repeats, whether it is ordered, the rest are the copies, or the place of a share. */
function encode(route: Route, place: number): number {
  const flags = (route.repeats ? repeats : 0) | (route.ordered ? ordered : 0);
  return kinds.indexOf(route.kind) | (route.qos << 2) | flags | ((route.copies | place) << 6);
}
