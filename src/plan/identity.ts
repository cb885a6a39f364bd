import { stampTag } from '../base/random.ts';
import { identities, type Population } from '../scenario/population.ts';
import type { Identity, JobContext } from '../workloads/workload.ts';
import type { GroupPlan, Plan } from './plan.ts';

type Identify = (group: GroupPlan, index: number) => Identity;

const known = new WeakMap<Plan, Identify>();

/** What client `index` of a group is: the same in every share of the plan, on every machine. */
export function identity(plan: Plan, group: GroupPlan, index: number): Identity {
  let identify = known.get(plan);
  if (identify === undefined) {
    identify = identities({ brokers: plan.brokers, run: plan.run.tag, seed: plan.run.seed });
    known.set(plan, identify);
  }
  return identify(group, index);
}

/** The client with that number in the plan. */
export function memberAt(plan: Plan, number: number): Identity | undefined {
  let first = 0;
  for (const group of plan.groups) {
    if (number < first + group.clients) return identity(plan, group, number - first);
    first += group.clients;
  }
  return undefined;
}

/** What all clients of the jobs of a group share. */
export function jobContext(plan: Plan, group: GroupPlan): JobContext {
  const { tag, seed } = plan.run;
  return { protocol: group.session.protocol, run: tag, tag: stampTag(tag), seed };
}

const populations = new WeakMap<Plan, Population>();

/** The plan as names and routes see it; one object, so that what is computed of it is kept. */
export function populationOfPlan(plan: Plan): Population {
  let population = populations.get(plan);
  if (population === undefined) {
    const groups = plan.groups.map(({ session, ...group }) => ({ ...group, protocol: session.protocol }));
    population = { brokers: plan.brokers, cluster: plan.cluster, run: plan.run.tag, seed: plan.run.seed, groups };
    populations.set(plan, population);
  }
  return population;
}
