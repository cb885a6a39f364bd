import { compileTemplate } from '../base/template.ts';
import type { Will } from '../mqtt/packets.ts';
import type { Identity } from '../workloads/workload.ts';
import { identity } from './identity.ts';
import type { Plan } from './plan.ts';

/** The will of one client, from the templates of its group. */
export function willOf(will: Will, who: Identity): Will {
  return { ...will, topicName: rendered(will.topicName, who), payload: rendered(will.payload, who) };
}

function rendered(text: string, who: Identity): string {
  const template = compileTemplate(text, 'will');
  if ('problem' in template) throw new Error(template.problem);
  return template.render(who, 0, 0);
}

/** Tells the will messages of a plan from others; what it must know of all clients is worked out when it is first asked. */
export function willFinder(plan: Plan): ((topicName: string, payload: string) => boolean) | undefined {
  if (plan.groups.every(({ will }) => will === undefined)) return undefined;
  let known: Set<string> | undefined;
  return (topicName, payload) => {
    known ??= allWills(plan);
    return known.has(`${topicName}\n${payload}`);
  };
}

function allWills(plan: Plan): Set<string> {
  const known = new Set<string>();
  for (const group of plan.groups) {
    for (let index = 0; group.will !== undefined && index < group.clients; index++) {
      const { topicName, payload } = willOf(group.will, identity(plan, group, index));
      known.add(`${topicName}\n${payload}`);
    }
  }
  return known;
}
