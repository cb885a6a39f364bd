import { identity } from './identity.ts';
import type { Plan } from './plan.ts';

/** The clients of a run that have one id on one broker, as group[index]. */
export type SharedIds = (clientId: string, broker: string) => readonly string[];

const known = new WeakMap<Plan, SharedIds>();
const nobody: readonly string[] = [];

/** Who shares an id on purpose; only groups that allow it are looked at. None for an id that one client alone has. */
export function sharedIds(plan: Plan): SharedIds {
  const before = known.get(plan);
  if (before !== undefined) return before;
  const key = (clientId: string, broker: string) => (plan.cluster ? clientId : `${broker}\n${clientId}`);
  const owners = new Map<string, string[]>();
  for (const group of plan.groups) {
    for (let index = 0; group.allowDuplicateIds && group.clientId !== '' && index < group.clients; index++) {
      const { clientId, broker } = identity(plan, group, index);
      const place = key(clientId, broker);
      const all = owners.get(place);
      if (all === undefined) owners.set(place, [`${group.name}[${index}]`]);
      else all.push(`${group.name}[${index}]`);
    }
  }
  for (const [place, all] of owners) if (all.length < 2) owners.delete(place);
  const shared: SharedIds = (clientId, broker) => owners.get(key(clientId, broker)) ?? nobody;
  known.set(plan, shared);
  return shared;
}
