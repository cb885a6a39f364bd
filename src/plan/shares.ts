import { filtersOverlap, splitShare } from '../mqtt/topics.ts';
import { identity } from './identity.ts';
import type { GroupPlan, Plan } from './plan.ts';
import { filtersOf } from './streams.ts';

/** A shared subscription whose deliveries are judged. */
export interface Share {
  /** The same in every thread. */
  readonly number: number;
  /** Where what it owes and what its members receive is counted, whichever broker of a cluster they are on. */
  readonly broker: string;
}

/** The share with that name and filter on a broker; undefined where it is counted only. */
export type Shares = (topicFilter: string, broker: string) => Share | undefined;

const known = new WeakMap<Plan, Shares>();

/**
 * A share expects each message once over all its members. It is judged where its members are of one group, ask for one QoS and
 * have no other filter that some topic matches too: then what is owed and what is made meet in one cell. Others are counted only.
 */
export function sharesOf(plan: Plan): Shares {
  const before = known.get(plan);
  if (before !== undefined) return before;
  const owners = new Map<string, Share & { readonly owner: string }>();
  const unclear = new Set<string>();
  const keyOf = (topicFilter: string, broker: string) => `${plan.cluster ? '' : broker}\n${topicFilter}`;
  for (const group of plan.groups.filter((one) => askedBy(plan, one, 0).length > 0)) {
    for (let index = 0; index < group.clients; index++) {
      const { broker } = identity(plan, group, index);
      for (const { topicFilter, qos, alone } of askedBy(plan, group, index)) {
        const key = keyOf(topicFilter, broker);
        const owner = `${group.name}\n${qos}`;
        const owned = owners.get(key) ?? { number: owners.size, broker, owner };
        if (!alone || owned.owner !== owner) unclear.add(key);
        owners.set(key, owned);
      }
    }
  }
  const shares: Shares = (topicFilter, broker) => {
    const key = keyOf(topicFilter, broker);
    return unclear.has(key) ? undefined : owners.get(key);
  };
  known.set(plan, shares);
  return shares;
}

/** Whether any client asks for a shared subscription. */
export function hasShares(plan: Plan): boolean {
  return plan.groups.some((group) => askedBy(plan, group, 0).length > 0);
}

function askedBy(plan: Plan, group: GroupPlan, index: number) {
  const filters = group.jobs.flatMap((job) => filtersOf(job, identity(plan, group, index)));
  const parts = filters.map(({ topicFilter }) => splitShare(topicFilter));
  if (parts.every(({ share }) => share === undefined)) return [];
  const levels = parts.map(({ filter }) => filter.split('/'));
  const meets = (one: number, other: number) => filtersOverlap(levels[one] as string[], levels[other] as string[]);
  return filters.flatMap((one, i) =>
    parts[i]?.share === undefined
      ? []
      : [{ ...one, alone: filters.every((_, other) => other === i || !meets(i, other)) }],
  );
}
