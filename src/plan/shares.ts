import { splitShare } from '../mqtt/topics.ts';
import { identity } from './identity.ts';
import type { GroupPlan, Plan } from './plan.ts';
import { filtersOf } from './streams.ts';

/** Whether the deliveries of a shared subscription on a broker can be judged. */
export type JudgedShares = (topicFilter: string, broker: string) => boolean;

/**
 * A share expects each message once over all its members. It is judged where its members are of one group, ask for one QoS and
 * have no plain subscription beside it: then what is owed and what is made meet in one cell. Others are counted only.
 */
export function judgedShares(plan: Plan): JudgedShares {
  const owners = new Map<string, string>();
  const unclear = new Set<string>();
  const keyOf = (topicFilter: string, broker: string) => `${plan.cluster ? '' : broker}\n${topicFilter}`;
  for (const group of plan.groups.filter((one) => sharesOf(plan, one, 0).length > 0)) {
    for (let index = 0; index < group.clients; index++) {
      const { broker } = identity(plan, group, index);
      const shares = sharesOf(plan, group, index);
      for (const { topicFilter, qos, alone } of shares) {
        const key = keyOf(topicFilter, broker);
        const owner = `${group.name}\n${qos}`;
        if (!alone || (owners.get(key) ?? owner) !== owner) unclear.add(key);
        owners.set(key, owner);
      }
    }
  }
  return (topicFilter, broker) => !unclear.has(keyOf(topicFilter, broker));
}

function sharesOf(plan: Plan, group: GroupPlan, index: number) {
  const filters = group.jobs.flatMap((job) => filtersOf(job, identity(plan, group, index)));
  const shares = filters.filter(({ topicFilter }) => splitShare(topicFilter).share !== undefined);
  return shares.map((filter) => ({ ...filter, alone: shares.length === filters.length }));
}
