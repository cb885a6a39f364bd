import type { CounterName } from '../metrics/catalog.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import type { Observation, ObservedName } from '../observers/observer.ts';
import { identity, jobContext } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { publicationOf } from '../plan/streams.ts';
import { schemeOf } from '../transports/address.ts';
import { disagreement } from './disagreement.ts';

export type Ran = { readonly plan: Plan; readonly totals: Totals };
/** What a broker counted over the whole run. */
export type Counted = Readonly<Partial<Record<ObservedName, number>>>;
type Compared = { readonly ours: number; readonly agrees: boolean };

/** What the broker received is what was sent to it, over the whole run. */
const counterparts: Partial<Record<ObservedName, readonly CounterName[]>> = {
  messagesReceived: ['messages_sent', 'messages_resent'],
  messagesSent: ['messages_received', 'messages_retained', 'messages_foreign', 'wills_received'],
  bytesReceived: ['bytes_sent'],
  bytesSent: ['bytes_received'],
};
const comparable = Object.keys(counterparts) as readonly ObservedName[];

/** Above the one or the other of them the broker's count and ours are not the same. */
const nearShare = 0.001;
const nearMessages = 10;

/** The broker's counts beside ours, and what there is to say about them. */
export function compareCounts(
  counted: Counted,
  observation: Observation,
  ran: Ran,
): { readonly compared: Partial<Record<ObservedName, Compared>>; readonly notes: readonly string[] } {
  const compared: Partial<Record<ObservedName, Compared>> = {};
  if (!observation.whole) return { compared, notes: [] };
  const { broker, uncounted } = observation;
  const joined = joinedWith(counted, observation, ran);
  const brokers = joined?.brokers ?? [broker];
  // Of a broker that has several entries bytes over WebSocket may count where its messages do not.
  const unsure = joined === undefined ? [] : webSockets(ran.plan);
  const isJoined = ran.plan.cluster || joined !== undefined;
  const disagreements: string[] = [];
  for (const name of comparable) {
    const total = counted[name];
    if (total === undefined) continue;
    const by = (some: readonly string[]) => compare(name, total, some, uncounted, ran);
    const found = nearest(total, by([broker]), by(name.startsWith('bytes') ? [...brokers, ...unsure] : brokers));
    if (found === undefined) continue;
    compared[name] = found;
    if (!found.agrees) disagreements.push(disagreement(name, total, found.ours, isJoined));
  }
  const together = joined === undefined ? [] : [togetherNote(joined)];
  return { compared, notes: [...uncountedNotes(brokers, uncounted, ran.plan), ...together, ...disagreements] };
}

/** Entries that are one broker, and how they are called. */
type Joined = { readonly brokers: readonly string[]; readonly called: string };

/** Those that did together what this one counted, where what was done on it alone is not that; undefined: none. */
function joinedWith(counted: Counted, { broker, uncounted }: Observation, ran: Ran): Joined | undefined {
  const agrees = (name: ObservedName, brokers: readonly string[]) =>
    compare(name, counted[name] ?? 0, brokers, uncounted, ran)?.agrees;
  const off = comparable.filter((name) => counted[name] !== undefined && agrees(name, [broker]) === false);
  const fits = (brokers: readonly string[]) => off.some((name) => agrees(name, brokers));
  const others = ran.plan.brokers.map(({ name }) => name).filter((name) => name !== broker);
  // Mosquitto 2.0.11 counts no messages that it sends over WebSocket.
  const counting = others.filter((other) => !webSockets(ran.plan).includes(other));
  const all = [others, counting].map((some) => [broker, ...some]).find(fits);
  if (all !== undefined) return { brokers: all, called: all.join(', ') };
  const [first, ...more] = [...new Set([...counting, ...others])].filter((other) => fits([broker, other]));
  if (first === undefined) return undefined;
  // Clients that are spread evenly do the same on each.
  const called = more.length === 0 ? `${broker}, ${first}` : `${broker} and one of ${[first, ...more].join(', ')}`;
  return { brokers: [broker, first], called };
}

/** Where our counts of several do not fit at all, those that are nearer; where they cannot be compared, nothing can. */
function nearest(total: number, alone: Compared | undefined, together: Compared | undefined): Compared | undefined {
  if (alone === undefined || alone.agrees) return alone;
  if (together === undefined || together.agrees) return together;
  return Math.abs(total - together.ours) < Math.abs(total - alone.ours) ? together : alone;
}

function compare(
  name: ObservedName,
  total: number,
  brokers: readonly string[],
  uncounted: Observation['uncounted'],
  { plan, totals }: Ran,
): Compared | undefined {
  const isBytes = name.startsWith('bytes');
  // Brokers count those of WebSocket with or without its frames.
  if (isBytes && webSockets(plan).some((broker) => brokers.includes(broker))) return undefined;
  const left = name === 'messagesReceived' ? leftOut(brokers, uncounted, plan) : [];
  if (left.includes('retained')) return undefined;
  const levels: readonly Where[] = left.includes('qos2') ? [{ qos: 0 }, { qos: 1 }] : [{}];
  let ours = 0;
  for (const where of levels)
    for (const counter of counterparts[name] ?? [])
      for (const broker of brokers) ours += overall(totals, counter, { ...where, broker });
  const off = Math.abs(total - ours);
  return { ours, agrees: off <= nearShare * ours && (isBytes || off <= nearMessages) };
}

function webSockets({ brokers }: Plan): string[] {
  const schemes: readonly string[] = ['ws', 'wss'];
  return brokers.filter(({ target }) => schemes.includes(schemeOf(target.url))).map(({ name }) => name);
}

/** With what was due outside of the measured window: a broker sees all of it. */
function overall(totals: Totals, counter: CounterName, where: Where): number {
  return (totals.of(counter, where)?.count ?? 0) + totals.outside(counter, where);
}

/** Of what these brokers do not count, that which is in the plan. */
function leftOut(brokers: readonly string[], uncounted: Observation['uncounted'], plan: Plan): readonly string[] {
  const publications = plan.groups
    .filter((group) => group.broker === 'spread' || brokers.includes(group.broker))
    .flatMap((group) => group.jobs.flatMap((job) => publicationOfFirst(plan, group, job) ?? []));
  return uncounted.filter((what) => publications.some(({ qos, retain }) => (what === 'retained' ? retain : qos === 2)));
}

function publicationOfFirst(plan: Plan, group: GroupPlan, job: GroupPlan['jobs'][number]) {
  return publicationOf(job, identity(plan, group, 0), jobContext(plan, group));
}

function uncountedNotes(brokers: readonly string[], uncounted: Observation['uncounted'], plan: Plan): string[] {
  const left = leftOut(brokers, uncounted, plan);
  if (left.length === 0) return [];
  return left.includes('retained')
    ? ['messages in are not compared: before 2.0.15 Mosquitto does not count what it receives with RETAIN']
    : ['messages in are those of QoS 0 and 1: before 2.0.15 Mosquitto does not count what it receives at QoS 2'];
}

function togetherNote({ called }: Joined): string {
  return `it counts what this run did on ${called} together, and so do we here: they are one broker, or share what they count`;
}
