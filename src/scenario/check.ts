import { isIP } from 'node:net';
import { nearest } from '../base/nearest.ts';
import type { Problem } from '../base/problem.ts';
import { formatDuration } from '../base/units.ts';
import { topicFilterProblem, topicNameProblem } from '../mqtt/topics.ts';
import { addressOf } from '../transports/address.ts';
import { workloadOf } from '../workloads/lookup.ts';
import type { Identity } from '../workloads/workload.ts';
import { compareProblems } from './compare.ts';
import { dataProblems } from './data.ts';
import type { Group, Job } from './groups.ts';
import { idProblems, idWarnings, mostRendered } from './ids.ts';
import { identities, type Population } from './population.ts';
import { reachOf } from './reach.ts';
import { populationOf, stagesLengthMs, timesOf } from './scenario.ts';
import type { ScenarioFields } from './schema.ts';
import { thresholdProblems } from './selectors.ts';
import { sessionProblems, willProblems } from './sessions.ts';

const maxStreams = 2 ** 24;
/** Only to render with: any tag has these seven characters. */
const anyRun = '0000000';

/** The rules that no single key can show: names that must exist, ids that must differ, topics as they will be sent. */
export function check(scenario: ScenarioFields, seed: number): { problems: Problem[]; warnings: string[] } {
  const brokers = brokerProblems(scenario);
  // Without valid brokers nobody can be told where a client belongs.
  if (brokers.length > 0)
    return { problems: [...brokers, ...Object.entries(scenario.groups).flatMap(groupProblems)], warnings: [] };
  const population = populationOf(scenario, anyRun, seed);
  const topics = topicProblems(scenario, population);
  const problems = [
    ...Object.entries(scenario.groups).flatMap(groupProblems),
    ...familyProblems(scenario),
    ...Object.entries(scenario.groups).flatMap(sessionProblems),
    ...willProblems(population, scenario.groups),
    ...timeProblems(scenario),
    ...compareProblems(scenario),
    ...streamProblems(scenario),
    ...embeddedProblems(scenario),
    ...idProblems(population),
    ...topics,
    ...filterProblems(scenario, population),
    ...(topics.length === 0 ? [...thresholdProblems(scenario, population), ...dataProblems(scenario, population)] : []),
  ];
  return { problems, warnings: [...idWarnings(population), ...stampWarnings(scenario, population)] };
}

function brokerProblems(scenario: ScenarioFields): Problem[] {
  const { brokers } = scenario;
  const problems: Problem[] = [];
  const names = brokers?.map(({ name }) => name) ?? [];
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) < i) {
      problems.push({
        path: ['brokers', i],
        rule: `must have a name of their own: ${name} is taken`,
        hint: 'give each a name: { name: a, url: ... }',
      });
    }
  }
  if (brokers?.every(({ weight }) => weight === 0))
    problems.push({ path: ['brokers'], rule: 'must have a weight above 0 somewhere' });
  for (const [group, { broker }] of Object.entries(scenario.groups)) {
    if (broker === 'spread' || names.includes(broker)) continue;
    const close = nearest(broker, ['spread', ...names]);
    problems.push({
      path: ['groups', group, 'broker'],
      rule: 'must be spread or the name of a broker',
      value: broker,
      hint: close === undefined ? `known: ${['spread', ...names].join(', ')}` : `did you mean ${close}?`,
    });
  }
  return problems;
}

function groupProblems([name, { clients, connect, reconnect }]: readonly [string, Group]): Problem[] {
  const problems: Problem[] = [];
  const path = ['groups', name];
  if (connect.rate === 0)
    problems.push({ path: [...path, 'connect', 'rate'], rule: 'must be above 0', value: connect.rate });
  const rampMs = typeof connect.rate === 'number' && connect.rate > 0 ? (clients * 1000) / connect.rate : 0;
  if (connect.within !== undefined && connect.within < rampMs) {
    const rule = `must be at least ${formatDuration(rampMs)}, which is how long the ramp takes`;
    problems.push({ path: [...path, 'connect', 'within'], rule, value: formatDuration(connect.within) });
  }
  if (reconnect !== false && reconnect.upTo < reconnect.after) {
    const rule = `must be at least after, which is ${formatDuration(reconnect.after)}`;
    problems.push({ path: [...path, 'reconnect', 'upTo'], rule, value: formatDuration(reconnect.upTo) });
  }
  return problems;
}

/** From an address of one family nobody reaches one of the other; of a name only the system knows which it has. */
function familyProblems({ brokers, groups }: ScenarioFields): Problem[] {
  const hosts = brokers?.map(({ url, ...broker }) => ({ ...broker, host: addressOf(url).host }));
  return Object.entries(groups).flatMap(([group, { broker, localAddresses = [] }]) => {
    const reached = hosts?.filter(({ name, weight }) => (broker === 'spread' ? weight > 0 : name === broker));
    for (const { host } of reached ?? [embeddedHost]) {
      const value = localAddresses.find((address) => isIP(host) !== 0 && isIP(address) !== isIP(host));
      if (value === undefined) continue;
      const rule = `must be an IPv${isIP(host)} address, as the broker at ${host} has one`;
      return [{ path: ['groups', group, 'localAddress'], rule, value }];
    }
    return [];
  });
}

const embeddedHost = { host: '127.0.0.1' } as const;

function timeProblems(scenario: ScenarioFields): Problem[] {
  const { warmUpMs, durationMs } = timesOf(scenario);
  if (durationMs !== null && durationMs <= 0) {
    const rule = `must be shorter than the stages, which last ${formatDuration(stagesLengthMs(scenario))}`;
    return [{ path: ['warmUp'], rule, value: formatDuration(warmUpMs) }];
  }
  if (durationMs !== null) return silenceProblems(scenario);
  return forEachJob(scenario, (job, group, path) => {
    const { pacer, limit } = workloadOf(job);
    const last = (limit?.(job.options) ?? 0) * group.clients - 1;
    if (pacer?.(job.options, group.clients)?.at(last) !== Number.POSITIVE_INFINITY) return [];
    return [
      { path, rule: 'must have a rate above 0, or the run a duration: its messages would never be sent', atKey: true },
    ];
  });
}

/** Clients that publish at a rate of 0, all of them, are a mistake that would pass every threshold. */
function silenceProblems(scenario: ScenarioFields): Problem[] {
  let publishing = false;
  const silent = forEachJob(scenario, (job, group, path) => {
    const { pacer, publication } = workloadOf(job);
    if (publication === undefined) return [];
    const never = pacer?.(job.options, group.clients)?.at(0) === Number.POSITIVE_INFINITY;
    publishing ||= !never;
    const rule = 'must have a rate above 0 somewhere: nothing would ever be published';
    return [{ path, rule, hint: 'for connections alone leave publish out', atKey: true }];
  });
  return publishing ? [] : silent;
}

function streamProblems(scenario: ScenarioFields): Problem[] {
  let streams = 0;
  forEachJob(scenario, (job, group) => {
    if (workloadOf(job).publication !== undefined) streams += group.clients;
    return [];
  });
  if (streams <= maxStreams) return [];
  const rule = `must have at most ${maxStreams.toLocaleString('en-US')} streams (clients x publish entries), but have ${streams.toLocaleString('en-US')}`;
  return [{ path: ['groups'], rule, hint: 'lower clients, or join publish entries into one' }];
}

/** Aedes, which is embedded, speaks no MQTT 5. */
function embeddedProblems(scenario: ScenarioFields): Problem[] {
  if (scenario.brokers !== undefined) return [];
  return Object.entries(scenario.groups)
    .filter(([, { protocol }]) => protocol === '5')
    .map(([name, { protocol }]) => ({
      path: ['groups', name, 'protocol'],
      rule: 'must be 3.1.1 or 3.1 with the embedded broker, which does not speak MQTT 5',
      value: Number(protocol),
      hint: 'name a broker (--broker mqtt://127.0.0.1:1883, or brokers: in the scenario), or use protocol: 3.1.1',
    }));
}

/** As the first and the last client will send them. */
function topicProblems(scenario: ScenarioFields, population: Population): Problem[] {
  const identity = identities(population);
  return forEachJob(scenario, (job, group, path, groupName) => {
    const { publication, filters } = workloadOf(job);
    for (const index of new Set([0, group.clients - 1])) {
      const who = identity({ name: groupName, ...group }, index);
      const context = { protocol: group.protocol, run: anyRun, tag: 0, seed: population.seed };
      const topic = publication?.(job.options, who, context)
        .levels.map((level) => level ?? '0')
        .join('/');
      const texts = [
        ...(topic === undefined ? [] : [{ text: topic, rule: topicNameProblem(topic) }]),
        ...(filters?.(job.options, who) ?? []).map(({ topicFilter }) => ({
          text: topicFilter,
          rule: topicFilterProblem(topicFilter),
        })),
      ];
      const wrong = texts.find(({ rule }) => rule !== undefined);
      if (wrong?.rule !== undefined) return [{ path: [...path, 'topic'], rule: wrong.rule, value: wrong.text }];
    }
    return [];
  });
}

/** A second subscription to a filter replaces the first. Names the first client of a group that would do so to its own. */
function filterProblems(scenario: ScenarioFields, population: Population): Problem[] {
  const identity = identities(population);
  let rendered = 0;
  return Object.entries(scenario.groups).flatMap(([name, group]) => {
    const listening = group.jobs.filter((job) => workloadOf(job).filters !== undefined);
    if (listening.length < 2) return [];
    for (let index = 0; index < group.clients && rendered < mostRendered; index++, rendered += listening.length) {
      const twice = sameFilter(listening, identity({ name, ...group }, index));
      if (twice === undefined) continue;
      const { before, job, topicFilter } = twice;
      return [
        {
          path: ['groups', name, job.workload, job.entry, 'topic'],
          rule: `must be another filter than that of entry ${before.entry}: for ${name}[${index}] both are ${JSON.stringify(topicFilter)}, and the second subscription would replace the first [MQTT-3.8.4-3]`,
          hint: 'leave one of them out',
        },
      ];
    }
    return [];
  });
}

function sameFilter(jobs: readonly Job[], who: Identity) {
  const known = new Map<string, Job>();
  for (const job of jobs) {
    for (const { topicFilter } of workloadOf(job).filters?.(job.options, who) ?? []) {
      const before = known.get(topicFilter);
      if (before !== undefined) return { before, job, topicFilter };
      known.set(topicFilter, job);
    }
  }
  return undefined;
}

function stampWarnings(scenario: ScenarioFields, population: Population): string[] {
  const identity = identities(population);
  const warnings: string[] = [];
  forEachJob(scenario, (job, group, _path, name) => {
    const context = { protocol: group.protocol, run: anyRun, tag: 0, seed: population.seed };
    const publication = workloadOf(job).publication?.(job.options, identity({ name, ...group }, 0), context);
    const which = job.entry === 0 ? job.workload : `${job.workload} entry ${job.entry}`;
    if (publication?.stamp === 'none') {
      warnings.push(
        `${name}: the payload of ${which} has no room for a stamp (16B, or {stamp} in a text), so its deliveries are counted, not timed`,
      );
    }
    const unread = publication?.stamp === 'property' ? unreadBy(population, name, group.jobs.indexOf(job)) : [];
    if (unread.length > 0) {
      warnings.push(
        `${name}: the stamp of ${which} is a user property, which brokers leave out before MQTT 5: what ${unread.join(', ')} ` +
          'gets of it is counted, not timed or judged, unless its payload has {stamp}',
      );
    }
    return [];
  });
  return warnings;
}

function unreadBy(population: Population, name: string, job: number): string[] {
  const group = population.groups.findIndex((one) => one.name === name);
  return [...(reachOf(population)[group]?.[job]?.unread ?? [])].sort();
}

function forEachJob(
  scenario: ScenarioFields,
  visit: (job: Job, group: Group, path: readonly PropertyKey[], groupName: string) => Problem[],
): Problem[] {
  return Object.entries(scenario.groups).flatMap(([name, group]) =>
    group.jobs.flatMap((job) => visit(job, group, ['groups', name, job.workload, job.entry], name)),
  );
}
