import { stampTag } from '../base/random.ts';
import { FilterTree, type Leaf } from '../mqtt/filter-tree.ts';
import { splitShare } from '../mqtt/topics.ts';
import { workloadOf } from '../workloads/lookup.ts';
import { stampReaches } from '../workloads/stamp.ts';
import type { Publication } from '../workloads/workload.ts';
import { identities, type Population } from './population.ts';

/** How the messages of one job, or the subscriptions of one job, meet the others; over all clients of the group. */
export type JobReach = {
  /** Pairs of a stream and a client (or a share of clients) that gets its messages. */
  pairs: number;
  /** The highest QoS of a publication that reaches the subscription, or of the publication itself. */
  qos: 0 | 1 | 2;
  /** Whether the stamp reaches any of the pairs, so that its deliveries can be timed and judged. */
  stamped: boolean;
  /** Of a publication: the groups that get it without its stamp, which is a user property. */
  readonly unread: Set<string>;
};

type Group = Population['groups'][number];

/** By group and job, in the order of the population. */
export type Reach = readonly (readonly JobReach[])[];

const known = new WeakMap<Population, Reach>();

/** Who gets whose messages, as sums; computed once for each population. */
export function reachOf(population: Population): Reach {
  const found = known.get(population);
  if (found !== undefined) return found;
  const reach = computeReach(population);
  known.set(population, reach);
  return reach;
}

/** Of larger groups only the first clients are looked at: equal indexes meet, so what they show holds for the rest. */
const mostLookedAt = 100_000;

const lookedAt = (group: Group) => Math.min(group.clients, mostLookedAt);
const scaleOf = (group: Group) => group.clients / lookedAt(group);

function computeReach(population: Population): Reach {
  const identity = identities(population);
  const reach = population.groups.map((group) =>
    group.jobs.map((): JobReach => ({ pairs: 0, qos: 0, stamped: false, unread: new Set() })),
  );
  const treeOf = growTrees(population, identity, reach);
  const { run, seed } = population;
  for (const [g, group] of population.groups.entries()) {
    const context = { protocol: group.protocol, run, tag: stampTag(run), seed };
    for (const [j, job] of group.jobs.entries()) {
      const { publication } = workloadOf(job);
      if (publication === undefined) continue;
      for (let index = 0; index < lookedAt(group); index++) {
        const who = identity(group, index);
        meet(publication(job.options, who, context), reach[g]?.[j] as JobReach, scaleOf(group), treeOf(who.broker));
      }
    }
  }
  return reach;
}

type Subscribing = { readonly reach: JobReach; readonly scale: number; readonly group: Group };

/** One subscription; the subscriber is a client by its number, or a share by its name. */
type Subscription = { readonly job: Subscribing; readonly subscriber: number | string };

/** The filters of the brokers that share messages; what a set of filters reaches is counted once. */
class Subscriptions {
  readonly tree = new FilterTree<Subscription>();
  readonly #known = new Map<string, ReadonlyMap<Subscribing, number>>();

  /** How many subscribers of each job a topic reaches, or may reach where a null level varies; each is counted once. */
  reached(levels: readonly (string | null)[]): ReadonlyMap<Subscribing, number> {
    const leaves = this.tree.match(levels, 'depends');
    const key = leaves.map(({ id }) => id).join();
    let counts = this.#known.get(key);
    if (counts === undefined) {
      counts = countSubscribers(leaves);
      this.#known.set(key, counts);
    }
    return counts;
  }
}

/** A client with several filters that match gets one delivery, which goes to the first of its jobs. */
function countSubscribers(leaves: readonly Leaf<Subscription>[]): Map<Subscribing, number> {
  const counts = new Map<Subscribing, number>();
  const seen = new Set<number | string>();
  for (const { entries } of leaves) {
    for (const { job, subscriber } of entries) {
      counts.set(job, (counts.get(job) ?? 0) + (seen.has(subscriber) ? 0 : 1));
      seen.add(subscriber);
    }
  }
  return counts;
}

/** The filters of all clients, in one tree for each set of brokers that share messages. */
function growTrees(
  population: Population,
  identity: ReturnType<typeof identities>,
  reach: Reach,
): (broker: string) => Subscriptions {
  const trees = new Map<string, Subscriptions>();
  const treeOf = (broker: string) => {
    const key = population.cluster ? '' : broker;
    const tree = trees.get(key) ?? new Subscriptions();
    trees.set(key, tree);
    return tree;
  };
  let before = 0;
  for (const [g, group] of population.groups.entries()) {
    for (const [j, job] of group.jobs.entries()) {
      const { filters } = workloadOf(job);
      if (filters === undefined) continue;
      const own = { reach: reach[g]?.[j] as JobReach, scale: scaleOf(group), group };
      for (let index = 0; index < lookedAt(group); index++) {
        const who = identity(group, index);
        for (const { topicFilter } of filters(job.options, who)) {
          const { share, filter } = splitShare(topicFilter);
          const subscriber = share === undefined ? before + index : `${share}/${filter}`;
          treeOf(who.broker).tree.add(filter.split('/'), { job: own, subscriber });
        }
      }
    }
    before += group.clients;
  }
  return treeOf;
}

function meet(publication: Publication, own: JobReach, ownScale: number, tree: Subscriptions): void {
  if (publication.qos > own.qos) own.qos = publication.qos;
  for (const [{ reach, scale, group }, count] of tree.reached(publication.levels)) {
    const pairs = count * Math.max(scale, ownScale);
    own.pairs += pairs;
    reach.pairs += pairs;
    const stamped = stampReaches(publication.stamp, group.protocol);
    own.stamped ||= stamped;
    reach.stamped ||= stamped;
    if (!stamped && publication.stamp === 'property') own.unread.add(group.name);
    if (publication.qos > reach.qos) reach.qos = publication.qos;
  }
}
