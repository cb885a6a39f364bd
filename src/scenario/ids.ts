import type { Problem } from '../base/problem.ts';
import { identities, type Population } from './population.ts';

const defaultTemplate = '{group}-{run}-{index}';
export const mostRendered = 1_000_000;

/** Two clients with one id would throw each other out for ever [MQTT-3.1.4-2]. Names the first two that collide. */
export function idProblems(population: Population): Problem[] {
  if (population.groups.every((group) => group.clientId === defaultTemplate)) return [];
  const identity = identities(population);
  const owners = new Map<string, { readonly self: string; readonly allowed: boolean }>();
  const problems: Problem[] = [];
  let rendered = 0;
  for (const group of population.groups) {
    // The broker assigns them.
    if (group.clientId === '') continue;
    for (let index = 0; index < group.clients && rendered < mostRendered; index++, rendered++) {
      const { clientId, broker } = identity(group, index);
      const key = population.cluster ? clientId : `${broker} ${clientId}`;
      const owner = owners.get(key);
      const self = `${group.name}[${index}]`;
      const allowed = group.allowDuplicateIds === true;
      if (owner === undefined) {
        owners.set(key, { self, allowed });
        continue;
      }
      if (owner.allowed && allowed) continue;
      problems.push({
        path: ['groups', group.name, 'clientId'],
        rule: `must give each client its own id: ${owner.self} and ${self} both get ${JSON.stringify(clientId)}`,
        hint: `${group.clientId.includes('{index}') ? 'add {group} or {run}' : 'add {index}, the number of the client in its group'}; or, where they shall take over each other's connections, ${allowing(owner.allowed, allowed)}`,
      });
      break;
    }
  }
  return problems;
}

function allowing(owner: boolean, self: boolean): string {
  return owner || self ? 'say allowDuplicateIds: true in both groups' : 'say allowDuplicateIds: true';
}

const longestOld = 23;

/** A 3.1 broker may refuse an id that is longer than 23 characters. */
export function idWarnings(population: Population): string[] {
  const identity = identities(population);
  return population.groups
    .filter((group) => group.protocol === '3.1')
    .map((group) => ({ group: group.name, id: identity(group, group.clients - 1).clientId }))
    .filter(({ id }) => id.length > longestOld)
    .map(
      ({ group, id }) =>
        `${group}: ids such as ${id} have ${id.length} characters; MQTT 3.1 allows ${longestOld}, and some brokers refuse more`,
    );
}
