import type { Filter } from '../clients/client.ts';
import type { Absence, Labels } from '../metrics/snapshot.ts';
import { FilterTree } from '../mqtt/filter-tree.ts';
import type { Protocol, Qos } from '../mqtt/packets.ts';
import { matches, splitShare } from '../mqtt/topics.ts';
import { stampReaches } from '../workloads/stamp.ts';
import type { Identity, Publication } from '../workloads/workload.ts';
import { identity } from './identity.ts';
import type { GroupPlan, Plan } from './plan.ts';
import { type Share, type Shares, sharesOf } from './shares.ts';
import { filtersOf, subscribes } from './streams.ts';

/** Deliveries that one message owes: so many, to be counted under these labels (the QoS is the lower of published and granted). */
export interface Expectation {
  readonly labels: Labels & { readonly qos: Qos };
  readonly count: number;
}

type Subscription = {
  readonly labels: Labels;
  readonly client: number;
  readonly granted: Qos;
  readonly protocol: Protocol;
  /** One delivery for all who have the same. */
  readonly share: Share | undefined;
};

type Owed = { readonly recipients: readonly Recipient[]; readonly expectations: readonly Expectation[] };

const nothing: Owed = { recipients: [], expectations: [] };
const everywhere = '';

/** What every message of a publication owes to the subscribers of the plan (measuring.md: "Expected deliveries"). */
export class Routes {
  readonly #plan: Plan;
  readonly #trees = new Map<string, FilterTree<Subscription>>();
  readonly #memo = new Map<string, Owed>();
  readonly #shares: Shares;
  /** What the members of each share were granted. */
  readonly #grants = new Map<Share, Set<number>>();

  /** `absent`: what is not to be expected, told by the parts of the run before the load. */
  constructor(plan: Plan, absent: readonly Absence[] = []) {
    this.#plan = plan;
    this.#shares = sharesOf(plan);
    const grants = new Map(absent.map(({ group, index, job, granted }) => [key(group, index, job), granted]));
    let client = 0;
    for (const group of plan.groups) {
      const listening = subscribes(group);
      for (let index = 0; index < group.clients; index++, client++)
        if (listening) this.#add(group, index, client, grants);
    }
  }

  #add(group: GroupPlan, index: number, client: number, grants: ReadonlyMap<string, number>): void {
    if (grants.size > 0 && grants.has(key(group.name, index, -1))) return;
    const who = identity(this.#plan, group, index);
    for (const [job, { topicFilter, qos }] of subscriptionsOf(group, who)) {
      const granted = grants.get(key(group.name, index, job)) ?? qos;
      if (granted > 2) continue;
      const { share: name, filter } = splitShare(topicFilter);
      const share = name === undefined ? undefined : this.#shares(topicFilter, who.broker);
      if (name !== undefined && share === undefined) continue;
      if (share !== undefined) this.#grant(share, granted);
      const tree = this.#tree(who.broker);
      tree.add(filter.split('/'), {
        labels: { group: group.name, broker: share?.broker ?? who.broker },
        client,
        granted: granted as Qos,
        protocol: group.session.protocol,
        share,
      });
    }
  }

  #grant(share: Share, granted: number): void {
    const grants = this.#grants.get(share) ?? new Set();
    this.#grants.set(share, grants.add(granted));
  }

  /** The shares that are judged: not those whose members were granted more than one QoS, as each message is owed at one. */
  readonly shares: Shares = (topicFilter, broker) => {
    const share = this.#shares(topicFilter, broker);
    return share === undefined || this.#isUneven(share) ? undefined : share;
  };

  #isUneven(share: Share): boolean {
    return (this.#grants.get(share)?.size ?? 0) > 1;
  }

  #tree(broker: string): FilterTree<Subscription> {
    const name = this.#plan.cluster ? everywhere : broker;
    let tree = this.#trees.get(name);
    if (tree === undefined) {
      tree = new FilterTree();
      this.#trees.set(name, tree);
    }
    return tree;
  }

  expectations(publication: Publication, broker: string): readonly Expectation[] {
    return this.#owed(publication, broker).expectations;
  }

  recipients(publication: Publication, broker: string): readonly Recipient[] {
    return this.#owed(publication, broker).recipients;
  }

  /** Publications that reach the same filters at the same QoS, with the stamp at the same place, share one list. */
  #owed(publication: Publication, broker: string): Owed {
    const { stamp } = publication;
    if (stamp === 'none' || !this.#plan.judged) return nothing;
    const leaves = this.#tree(broker).match(publication.levels, 'yes');
    const name = `${this.#plan.cluster ? everywhere : broker}\n${publication.qos}\n${stamp}\n${leaves.map((leaf) => leaf.id).join()}`;
    let known = this.#memo.get(name);
    if (known === undefined) {
      const all = leaves.flatMap((leaf) => leaf.entries);
      const even = all.filter(({ share }) => share === undefined || !this.#isUneven(share));
      const subscriptions = even.filter(({ protocol }) => stampReaches(stamp, protocol));
      const recipients = recipientsOf(subscriptions, publication.qos);
      known = { recipients, expectations: expect(recipients) };
      this.#memo.set(name, known);
    }
    return known;
  }
}

/** One delivery that a message owes: to a client, or to any member of a share. */
export interface Recipient {
  /** Its number in the plan; of a share, that of one member. */
  readonly client: number;
  /** The number of the share. */
  readonly share: number | undefined;
  readonly labels: Labels & { readonly qos: Qos };
}

/** Several filters of one client that match owe one copy at the highest granted QoS [MQTT-3.3.5-1]; a share owes one in all. */
function recipientsOf(subscriptions: readonly Subscription[], published: Qos): Recipient[] {
  const highest = new Map<number | Share, Subscription>();
  for (const one of subscriptions) {
    const owner = one.share ?? one.client;
    const before = highest.get(owner);
    if (before === undefined || before.granted < one.granted) highest.set(owner, one);
  }
  return [...highest.values()].map(({ client, share, labels, granted }) => ({
    client,
    share: share?.number,
    labels: { ...labels, qos: Math.min(published, granted) as Qos },
  }));
}

function expect(recipients: readonly Recipient[]): Expectation[] {
  const counts = new Map<string, { labels: Labels & { qos: Qos }; count: number }>();
  for (const { labels } of recipients) {
    const name = `${labels.group}\n${labels.broker}\n${labels.qos}`;
    const row = counts.get(name);
    if (row === undefined) counts.set(name, { labels, count: 1 });
    else row.count++;
  }
  return [...counts.values()];
}

/** Job number and filter of everything that a client subscribes to, in the order of its SUBSCRIBE. */
export function subscriptionsOf(group: GroupPlan, who: Identity): [number, Filter][] {
  return group.jobs.flatMap((job, i) => filtersOf(job, who).map((filter): [number, Filter] => [i, filter]));
}

/** What a receiver may expect of a stream. `shared`: judged together with what the other members get. */
export type Route = {
  readonly kind: 'planned' | 'shared' | 'unjudged';
  readonly qos: Qos;
  /** Further copies that overlapping subscriptions allow. */
  readonly copies: number;
  /** Some copy of a message may come again: it is published at QoS 1, or delivered at QoS 1 by one of the filters. */
  readonly repeats: boolean;
  /** All copies come at one QoS: only then is their order owed [MQTT-4.6.0-6]. */
  readonly ordered: boolean;
  /** The filter by which it is shared. */
  readonly share?: string;
};

/** `granted`: the QoS of each filter, above 2 where it was refused. `sameBroker`: false where nothing should cross. `judged`: whether a share is. */
export function route(
  publication: Publication,
  filters: readonly Filter[],
  granted: readonly number[],
  sameBroker: boolean,
  judged: (topicFilter: string) => boolean = () => true,
): Route {
  let sure = 0;
  let share: string | undefined;
  let maybe = 0;
  let highest = 0;
  /** Bit n: some filter delivers at QoS n. */
  let levels = 0;
  for (let i = 0; i < filters.length && sameBroker; i++) {
    const qos = granted[i] ?? 128;
    if (qos > 2) continue;
    const { topicFilter } = filters[i] as Filter;
    const { share: name, filter } = splitShare(topicFilter);
    const verdict = matches(publication.levels, filter.split('/'));
    if (verdict === 'no') continue;
    levels |= 1 << Math.min(publication.qos, qos);
    if (verdict === 'depends' || (name !== undefined && !judged(topicFilter))) {
      maybe++;
      continue;
    }
    if (name !== undefined) share = topicFilter;
    else sure++;
    highest = Math.max(highest, qos);
  }
  const qos = Math.min(publication.qos, highest) as Qos;
  const how = { repeats: publication.qos === 1 || (levels & 2) !== 0, ordered: (levels & (levels - 1)) === 0 };
  if (sure > 0)
    return { kind: 'planned', qos, copies: Math.min(255, sure + maybe + (share === undefined ? 0 : 1) - 1), ...how };
  if (share !== undefined) return { kind: 'shared', qos, copies: 0, share, ...how };
  return { kind: 'unjudged', qos: publication.qos, copies: 0, ...how };
}

function key(group: string, index: number, job: number): string {
  return `${group}\n${index}\n${job}`;
}
