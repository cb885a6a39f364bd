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

/**
 * A share expects each message once over all its members. It is judged where its members are of one group, ask for one QoS and
 * have no other filter that some topic matches too: then what is owed and what is made meet in one cell. Others are counted only.
 */
export function sharesOf(plan: Plan): Shares {
  const owners = new Map<string, Share & { readonly owner: string }>();
  const unclear = new Set<string>();
  const keyOf = (topicFilter: string, broker: string) => `${plan.cluster ? '' : broker}\n${topicFilter}`;
  for (const group of plan.groups.filter((one) => askedBy(plan, one, 0).length > 0)) {
    for (let index = 0; index < group.clients; index++) {
      const { broker } = identity(plan, group, index);
      for (const { topicFilter, qos, alone } of askedBy(plan, group, index)) {
        const key = keyOf(topicFilter, broker);
        const owner = `${group.name}\n${qos}`;
        const known = owners.get(key) ?? { number: owners.size, broker, owner };
        if (!alone || known.owner !== owner) unclear.add(key);
        owners.set(key, known);
      }
    }
  }
  return (topicFilter, broker) => {
    const key = keyOf(topicFilter, broker);
    return unclear.has(key) ? undefined : owners.get(key);
  };
}

/** Whether any client asks for a shared subscription. */
export function hasShares(plan: Plan): boolean {
  return plan.groups.some((group) => askedBy(plan, group, 0).length > 0);
}

function askedBy(plan: Plan, group: GroupPlan, index: number) {
  const filters = group.jobs.flatMap((job) => filtersOf(job, identity(plan, group, index)));
  const parts = filters.map(({ topicFilter }) => splitShare(topicFilter));
  return filters.flatMap((one, i) => {
    const { share, filter } = parts[i] as (typeof parts)[number];
    if (share === undefined) return [];
    const meets = (other: number) => filtersOverlap(filter.split('/'), (parts[other]?.filter ?? '').split('/'));
    return [{ ...one, alone: filters.every((_, other) => other === i || !meets(other)) }];
  });
}
