import type { Problem } from '../base/problem.ts';
import { workloadOf } from '../workloads/lookup.ts';
import { type Need, needOf } from './metric-needs.ts';
import type { Population } from './population.ts';
import { type JobReach, reachOf } from './reach.ts';
import type { ScenarioFields } from './schema.ts';
import { groupsIn, labelProblem } from './selectors.ts';
import type { Threshold } from './thresholds.ts';

type Where = Threshold['selector']['where'];

/** `who`: no group, or those that are meant. */
const reasons: Readonly<Record<Need, (who: string) => string>> = {
  publishing: (who) => `${who} publishes`,
  acknowledging: (who) => `${who} publishes with QoS 1 or 2, and nothing else is acknowledged`,
  subscribing: (who) => `${who} subscribes`,
  encrypting: () => 'no broker has a url of mqtts:// or wss://',
  upgrading: () => 'no broker has a url of ws:// or wss://',
  releasing: (who) => `${who} publishes with QoS 2`,
  keeping: (who) => `${who} keeps its sessions: session: { expiry: 1h }`,
  willing: () => 'no group has a will',
  delivering: (who) =>
    who === nobody
      ? 'no subscription matches a stamped publication'
      : `${who} has a subscription that matches a stamped publication`,
};

const nobody = 'no group';

/** True where some subscription gets messages that can be timed and judged. */
export function delivers(population: Population): boolean {
  return reachOf(population).some((jobs) => jobs.some(({ stamped, pairs }) => stamped && pairs > 0));
}

/** True where a client of these groups gets a message without the stamp that it was sent with. */
function dropsStamps(where: Where, population: Population): boolean {
  const jobs = reachOf(population).flat();
  return groupsIn(where, population).some(({ name }) => jobs.some(({ unread }) => unread.has(name)));
}

const propertyHint =
  'a text or JSON payload has its stamp in a user property, which only MQTT 5 has: put {stamp} in it, or say protocol: 5 for those who receive it';

/** Thresholds on metrics that will have no data would always fail: found before the run. */
export function dataProblems(scenario: ScenarioFields, population: Population): Problem[] {
  const keys = new Map(scenario.thresholds.map((threshold) => [threshold.path[1], threshold]));
  return [...keys.values()].flatMap((threshold): Problem[] => {
    const { metric, where } = threshold.selector;
    const isPart = where.group !== undefined || where.broker !== undefined;
    const need = needOf(metric, isPart);
    // What is named wrongly is told as that.
    if (
      need === undefined ||
      labelProblem(threshold, population) !== undefined ||
      isMet(need, where, scenario, population)
    )
      return [];
    const rule = `will have no data: ${reasons[need](whoIs(where))}`;
    const hint = need === 'delivering' && dropsStamps(where, population) ? propertyHint : undefined;
    return [{ path: threshold.path.slice(0, 2), rule, ...(hint !== undefined && { hint }), atKey: true }];
  });
}

function whoIs({ group, broker, qos }: Where): string {
  const parts = [
    ...(group === undefined ? [] : [`of group ${group}`]),
    ...(broker === undefined ? [] : [`on broker ${broker}`]),
    ...(qos === undefined ? [] : [`at QoS ${qos}`]),
  ];
  return parts.length === 0 ? nobody : ['no client', ...parts].join(' ');
}

function isMet(need: Need, where: Where, scenario: ScenarioFields, population: Population): boolean {
  const groups = groupsIn(where, population);
  const jobs = jobsOf(population, groups);
  const publishesAt = (lowest: 0 | 1 | 2) =>
    jobs.some(
      ({ job, reach: { qos } }) =>
        workloadOf(job).publication !== undefined && qos >= lowest && (where.qos === undefined || where.qos === qos),
    );
  const url = (pattern: RegExp) =>
    scenario.brokers?.some((broker) => pattern.test(broker.url) && (where.broker ?? broker.name) === broker.name) ===
    true;
  const listens = ({ job }: PlacedJob) => workloadOf(job).filters !== undefined;
  const met: Readonly<Record<Need, () => boolean>> = {
    publishing: () => publishesAt(0),
    acknowledging: () => publishesAt(1),
    releasing: () => publishesAt(2),
    subscribing: () => jobs.some(listens),
    delivering: () => jobs.some((one) => listens(one) && one.reach.stamped && one.reach.pairs > 0),
    upgrading: () => url(/^wss?:/),
    encrypting: () => url(/^(mqtts|wss):/),
    keeping: () => groups.some(({ name }) => scenario.groups[name]?.session !== 'clean'),
    willing: () => Object.values(scenario.groups).some(({ will }) => will !== undefined),
  };
  return met[need]();
}

type PlacedJob = { readonly job: Population['groups'][number]['jobs'][number]; readonly reach: JobReach };

function jobsOf(population: Population, groups: readonly Population['groups'][number][]): PlacedJob[] {
  const reach = reachOf(population);
  return population.groups.flatMap((group, g) =>
    groups.includes(group)
      ? group.jobs.map((job, j) => ({
          job,
          reach: reach[g]?.[j] ?? { pairs: 0, qos: 0, stamped: false, unread: new Set() },
        }))
      : [],
  );
}
