import { nearest } from '../base/nearest.ts';
import type { Problem } from '../base/problem.ts';
import { formatDuration } from '../base/units.ts';
import type { LabelName } from '../metrics/selector.ts';
import { workloadOf } from '../workloads/lookup.ts';
import { needOf } from './metric-needs.ts';
import { brokerCycle, type Population } from './population.ts';
import { reachOf } from './reach.ts';
import { timesOf } from './scenario.ts';
import type { ScenarioFields } from './schema.ts';
import type { Threshold } from './thresholds.ts';

type Group = Population['groups'][number];
type Where = Threshold['selector']['where'];

/** What thresholds name must exist, and what they ask for while the run goes on must come before its end. */
export function thresholdProblems(scenario: ScenarioFields, population: Population): Problem[] {
  // A list has one key.
  const keys = new Map(scenario.thresholds.map((threshold) => [threshold.path[1], threshold]));
  return [
    ...[...keys.values()].flatMap((threshold) => labelProblem(threshold, population) ?? []),
    ...scenario.thresholds.flatMap((threshold) => timeProblems(threshold, timesOf(scenario).durationMs)),
  ];
}

/** Groups with clients in the part of the run that is meant. */
export function groupsIn(where: Where, { groups, brokers }: Population): Group[] {
  return groups.filter(
    (group) =>
      (where.group === undefined || where.group === group.name) &&
      (where.broker === undefined || brokersOf(group, brokers).has(where.broker)),
  );
}

/** The brokers that clients of a group connect to. */
function brokersOf({ broker, clients }: Group, brokers: Population['brokers']): Set<string> {
  if (broker !== 'spread') return new Set([broker]);
  const cycle = brokerCycle(brokers.map(({ weight }) => weight));
  return new Set(cycle.slice(0, clients).map((i) => brokers[i]?.name ?? ''));
}

/** A label that names nothing of the scenario. */
export function labelProblem(threshold: Threshold, population: Population): Problem | undefined {
  const { where, parts } = threshold.selector;
  const problem = (label: LabelName, rule: string, hint?: string): Problem => ({
    path: threshold.path.slice(0, 2),
    rule,
    atKey: true,
    ...(hint !== undefined && { hint }),
    ...(parts[label] !== undefined && { part: parts[label] }),
  });
  for (const [label, all] of [
    ['group', population.groups],
    ['broker', population.brokers],
  ] as const) {
    const name = where[label];
    const names = all.map((one) => one.name);
    if (name === undefined || names.includes(name)) continue;
    const close = nearest(name, names);
    const hint = close === undefined ? `known: ${names.join(', ')}` : `did you mean ${close}?`;
    return problem(label, `must name a ${label} of the scenario: ${name} is none`, hint);
  }
  const groups = groupsIn(where, population);
  if (groups.length === 0) {
    const { group, broker = '' } = where;
    const whose = group === undefined ? 'no group has' : `group ${group} has no`;
    return problem('broker', `must name a broker that has clients: ${whose} clients on ${broker}`);
  }
  return qosProblem(threshold, population, groups, problem);
}

function qosProblem(
  { selector: { metric, where } }: Threshold,
  population: Population,
  groups: readonly Group[],
  problem: (label: LabelName, rule: string) => Problem,
): Problem | undefined {
  if (where.qos === undefined) return undefined;
  const need = needOf(metric, true);
  const receives = need === 'subscribing' || need === 'willing' || need === 'delivering';
  const levels = levelsOf(population, groups);
  const used = !receives ? levels.sent : need === 'delivering' ? levels.judged : levels.granted;
  // That nobody publishes or subscribes is told as a metric without data.
  if (used.size === 0 || used.has(where.qos)) return undefined;
  const who = where.group === undefined ? 'clients' : `group ${where.group}`;
  const does = `${receives ? 'receive' : 'publish'}${where.group === undefined ? '' : receives ? 's' : 'es'}`;
  return problem('qos', `must name a QoS that is used: ${who} ${does} at ${[...used].sort().join(' and ')}`);
}

/** At which QoS groups publish, are owed deliveries, and may receive anything at all. */
function levelsOf(population: Population, groups: readonly Group[]) {
  const reach = reachOf(population);
  const published = new Set<number>();
  const levels = { sent: new Set<number>(), judged: new Set<number>(), granted: new Set<number>() };
  for (const [g, group] of population.groups.entries()) {
    for (const [j, job] of group.jobs.entries()) {
      if (workloadOf(job).publication === undefined) continue;
      const qos = reach[g]?.[j]?.qos ?? 0;
      published.add(qos);
      if (groups.includes(group)) levels.sent.add(qos);
    }
  }
  for (const group of groups) {
    const g = population.groups.indexOf(group);
    for (const [j, job] of group.jobs.entries()) {
      if (workloadOf(job).filters === undefined) continue;
      const asked = (job.options as { qos?: number }).qos ?? reach[g]?.[j]?.qos ?? 0;
      for (const qos of published) levels.judged.add(Math.min(qos, asked));
      for (let qos = 0; qos <= asked; qos++) levels.granted.add(qos);
    }
  }
  return levels;
}

/** A window, or the first look, that is longer than what is measured would never come. */
function timeProblems({ windowMs = 0, afterMs = 0, path }: Threshold, durationMs: number | null): Problem[] {
  const length = durationMs ?? Number.POSITIVE_INFINITY;
  const rule = `must be at most the measured window, which is ${formatDuration(durationMs ?? 0)}`;
  return [
    ...(windowMs > length ? [{ path: [...path, 'window'], rule, value: formatDuration(windowMs) }] : []),
    ...(afterMs > length ? [{ path: [...path, 'after'], rule, value: formatDuration(afterMs) }] : []),
  ];
}
