import type { Problem } from '../base/problem.ts';
import { compileTemplate } from '../base/template.ts';
import { topicNameProblem } from '../mqtt/topics.ts';
import type { Group } from './groups.ts';
import { identities, type Population } from './population.ts';

/** What a group's version of MQTT cannot say, and wills as they will be sent. */
export function sessionProblems([name, group]: readonly [string, Group]): Problem[] {
  const { session, protocol, clientId, will } = group;
  const path = ['groups', name];
  const problems: Problem[] = [];
  const needsFive = (place: readonly string[], what: string) =>
    problems.push({
      path: [...path, ...place],
      rule: `must not be given with protocol ${protocol}: only MQTT 5 has ${what}`,
      atKey: true,
      hint: 'set protocol: 5, or leave it out',
    });
  if (protocol !== '5') {
    if (session !== 'clean' && 'sessionExpiry' in session && session.sessionExpiry !== undefined)
      needsFive(['session', 'sessionExpiry'], 'a session expiry');
    if (will !== undefined && will.delay > 0) needsFive(['will', 'delay'], 'a will delay');
  }
  if (clientId === '' && protocol === '3.1')
    problems.push({
      path: [...path, 'clientId'],
      rule: 'must not be empty with protocol 3.1 [MQTT 3.1, 3.1]',
      value: '',
    });
  if (clientId === '' && protocol === '3.1.1' && session !== 'clean') {
    const hint = 'give clientId a template, or session: clean';
    const rule = 'must not be empty where sessions are kept [MQTT-3.1.3-8]';
    problems.push({ path: [...path, 'clientId'], rule, value: '', hint });
  }
  if (clientId === '' && protocol === '5' && session !== 'clean' && 'cleanStart' in session && !session.cleanStart) {
    const hint = 'give clientId a template, or cleanStart: true';
    const rule =
      'must not be empty with cleanStart: false: the broker assigns a new id, under which there is no session';
    problems.push({ path: [...path, 'clientId'], rule, value: '', hint });
  }
  return problems;
}

/** A will's topic as the first and the last client of each group will send it. */
export function willProblems(population: Population, groups: Readonly<Record<string, Group>>): Problem[] {
  const identity = identities(population);
  return Object.entries(groups).flatMap(([name, group]): Problem[] => {
    if (group.will === undefined) return [];
    const template = compileTemplate(group.will.topic, 'will');
    if ('problem' in template) return [];
    for (const index of new Set([0, group.clients - 1])) {
      const topic = template.render(identity({ name, ...group }, index), 0, 0);
      const rule = topicNameProblem(topic);
      if (rule !== undefined) return [{ path: ['groups', name, 'will', 'topic'], rule, value: topic }];
    }
    return [];
  });
}
