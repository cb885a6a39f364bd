import type { OpenClient, Session } from '../clients/client.ts';
import type { Recorder } from '../metrics/recorder.ts';
import { identity, jobContext } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { type Routes, subscriptionsOf } from '../plan/routes.ts';
import { indexOf } from '../plan/share.ts';
import { sharedIds } from '../plan/shared-ids.ts';
import { pacerOf, publicationOf } from '../plan/streams.ts';
import { willOf } from '../plan/wills.ts';
import type { Target } from '../transports/transport.ts';
import { workloadOf } from '../workloads/lookup.ts';
import type { Identity } from '../workloads/workload.ts';
import { ClosedLoop } from './closed-loop.ts';
import { type Gate, gate } from './connect.ts';
import type { Drive, Placed } from './drive.ts';
import { type Host, Member } from './member.ts';
import { Paced } from './paced.ts';
import { Stream } from './stream.ts';
import type { TakenLog } from './taken-log.ts';

/** The clients of one group that this share has, and what drives their publishing. */
export type Crew = {
  readonly group: GroupPlan;
  readonly gate: Gate;
  readonly members: readonly Member[];
  readonly drives: readonly Drive[];
  /** Members before this one have been told to connect. */
  next: number;
};

export type CrewParts = {
  readonly plan: Plan;
  readonly open: OpenClient;
  readonly host: Host;
  readonly taken: TakenLog;
  /** Asks for a tick now. */
  readonly wake: () => void;
};

/** `firstNumber`: numbers of members are unique in the plan, and the same however it is shared. */
export function recruit(parts: CrewParts, group: GroupPlan, firstNumber: number): Crew {
  const { slice } = group;
  const shared = sharedIds(parts.plan);
  const members: Member[] = [];
  for (let k = 0; k < slice.count; k++) {
    const index = indexOf(slice, k);
    const who = identity(parts.plan, group, index);
    const session = sessionOf(parts.plan, group, who);
    const subscriptions = subscriptionsOf(group, who);
    const place = parts.plan.brokers.length > 1 ? `${group.name} on ${who.broker}` : group.name;
    const sharesId = shared(who.clientId, who.broker).length > 0;
    const setting = { number: firstNumber + index, who, group, place, session, sharesId, subscriptions };
    members.push(new Member(setting, parts.open, parts.host));
  }
  return { group, members, gate: gate(group.connect.concurrency), drives: employ(parts, group, members), next: 0 };
}

function sessionOf(plan: Plan, group: GroupPlan, who: Identity): Session {
  const broker = plan.brokers.find(({ name }) => name === who.broker);
  if (broker === undefined) throw new Error(`no broker ${who.broker}`);
  const { username, password } = broker;
  const target = targetFrom(broker.target, group, who.index);
  return {
    ...group.session,
    clientId: who.clientId,
    target,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(group.will === undefined ? {} : { will: willOf(group.will, who) }),
  };
}

const targets = new WeakMap<Target, Map<string, Target>>();

/** The target of a broker with the address to dial it from; one object for all who share both. */
function targetFrom(target: Target, { localAddresses }: GroupPlan, index: number): Target {
  const localAddress = localAddresses?.[index % localAddresses.length];
  if (localAddress === undefined) return target;
  let from = targets.get(target);
  if (from === undefined) {
    from = new Map();
    targets.set(target, from);
  }
  const known = from.get(localAddress) ?? { ...target, localAddress };
  from.set(localAddress, known);
  return known;
}

/** One drive for each publish entry; every member gets a stream of each. */
function employ(parts: CrewParts, group: GroupPlan, members: readonly Member[]): Drive[] {
  const context = jobContext(parts.plan, group);
  return group.jobs.flatMap((job) => {
    const pacer = pacerOf(job, group.clients);
    if (pacer === undefined) return [];
    const workload = workloadOf(job);
    const make = workload.prepare(job.options, context);
    const limit = workload.limit?.(job.options) ?? null;
    const placed = members.map((member): Placed => {
      const { index } = member.who;
      const number = job.firstStream + index;
      const publication = publicationOf(job, member.who, context) ?? { qos: 0, retain: false };
      const cell = member.cellOf(publication.qos);
      return { member, stream: new Stream(number, index, cell, make(member.who, number), publication) };
    });
    const drive =
      pacer === null ? new ClosedLoop(placed, limit, parts.wake) : new Paced(placed, group, pacer, limit, parts.taken);
    for (const { member, stream } of placed) member.streams.push({ stream, drive });
    return [drive];
  });
}

/** The time of a crew is over: who has not been ready is not waited for. */
export function giveUpMissing({ members }: Crew): void {
  for (const member of members) if (!member.settled) member.giveUp();
}

/** What each message of the streams of this share owes, and in which cell it is counted. */
export function expectDeliveries(plan: Plan, crews: readonly Crew[], routes: Routes, recorder: Recorder): void {
  const owed = new Map<object, Stream['owes']>();
  for (const { group, members } of crews) {
    const context = jobContext(plan, group);
    const jobs = group.jobs.filter((job) => workloadOf(job).publication !== undefined);
    for (const { who, streams } of members) {
      for (const { stream } of streams) {
        const job = jobs.find(({ firstStream }) => firstStream + who.index === stream.number);
        const publication = job && publicationOf(job, who, context);
        if (publication === undefined) continue;
        const expectations = routes.expectations(publication, who.broker);
        let owes = owed.get(expectations);
        if (owes === undefined) {
          owes = expectations.map(({ labels, count }) => ({ cell: recorder.cell(labels), count }));
          owed.set(expectations, owes);
        }
        stream.owes = owes;
      }
    }
  }
}
