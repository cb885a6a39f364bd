import { selectorText } from '../metrics/selector.ts';
import type { Protocol, Will } from '../mqtt/packets.ts';
import { delivers } from '../scenario/data.ts';
import type { Group } from '../scenario/groups.ts';
import type { Population } from '../scenario/population.ts';
import { type JobReach, type Reach, reachOf } from '../scenario/reach.ts';
import { embeddedBroker, populationOf, type Scenario, timesOf } from '../scenario/scenario.ts';
import type { Threshold } from '../scenario/thresholds.ts';
import { workloadOf } from '../workloads/lookup.ts';
import { asSent, keptAtEnd } from './kept.ts';
import type { BrokerPlan, ConnectPlan, GroupPlan, Job, Plan, ReconnectPlan, ThresholdPlan } from './plan.ts';

export type CompileOptions = {
  /** {run} in templates; see makeRunTag. */
  readonly runTag: string;
  readonly seed: number;
  /** As typed, secrets masked. */
  readonly commandLine: string;
  /** `wire` or `mqttjs`. */
  readonly client: string;
  /** Where the embedded broker listens, for scenarios that name none. */
  readonly brokerUrl?: string;
};

const defaultAtLeast = 0.5;
const marginMs = 30_000;
const manyCells = 64;
/** Pairs of a stream and a receiver, at up to 48 bytes each. */
const mostJudged = 4_000_000;

const countedOnly =
  'more than 4 million pairs of a publisher and a receiver: deliveries are counted and timed, but loss, duplicates and order are not judged';

/** Resolves a scenario to absolute numbers. Pure: the same on every machine. */
export function compile(scenario: Scenario, options: CompileOptions): Plan {
  const population = populationOf(scenario, options.runTag, options.seed);
  const reach = reachOf(population);
  const brokers = compileBrokers(scenario, options.brokerUrl ?? '');
  const groups = compileGroups(scenario, reach);
  // Each pair is counted at both of its ends.
  const pairs = reach.flat().reduce((sum, job) => sum + job.pairs, 0) / 2;
  return {
    name: scenario.name,
    ...(scenario.description === undefined ? {} : { description: scenario.description }),
    run: {
      tag: options.runTag,
      seed: options.seed,
      commandLine: options.commandLine,
      scenarioText: scenario.maskedText,
      scenarioHash: scenario.sha256,
      asRun: scenario.asRun,
    },
    client: options.client,
    ...timesOf(scenario),
    drainMs: scenario.drain,
    cluster: scenario.cluster,
    judged: pairs <= mostJudged,
    subBuckets: countCells(groups, brokers.length) > manyCells ? 256 : 2048,
    brokers,
    groups,
    thresholds: compileThresholds(scenario, population),
    ...(scenario.compare !== undefined && { compare: scenario.compare }),
    warnings: [...scenario.warnings, ...(pairs <= mostJudged ? [] : [countedOnly])],
  };
}

function compileBrokers({ brokers }: Scenario, embeddedUrl: string): BrokerPlan[] {
  if (brokers === undefined) return [{ ...embeddedBroker, target: { url: embeddedUrl }, embedded: true }];
  return brokers.map(({ url, tls, headers, ...broker }) => {
    const target = { url, ...(tls === undefined ? {} : { tls }), ...(headers === undefined ? {} : { headers }) };
    return { ...broker, target, embedded: false };
  });
}

function compileGroups(scenario: Scenario, reach: Reach): GroupPlan[] {
  let firstStream = 0;
  return Object.entries(scenario.groups).map(([name, group], g) => {
    const jobs = group.jobs.map(({ workload, options }, j): Job => {
      const job = { workload, options: withQos(workload, options, reach[g]?.[j]), firstStream };
      if (workloadOf(job).publication !== undefined) firstStream += group.clients;
      return job;
    });
    const sharing = group.allowDuplicateIds ?? scenario.allowDuplicateIds;
    return { ...compileGroup(name, group, jobs), ...(sharing && { allowDuplicateIds: true as const }) };
  });
}

/** A subscription without a QoS asks for the highest of what it gets. */
function withQos(workload: string, options: unknown, reach: JobReach | undefined): unknown {
  const listens = workloadOf({ workload }).filters !== undefined;
  if (!listens || typeof options !== 'object' || options === null || 'qos' in options) return options;
  return { ...options, qos: reach?.qos ?? 0 };
}

function compileGroup(name: string, group: Group, jobs: readonly Job[]): GroupPlan {
  const { clients, clientId, broker, protocol, keepAlive, inFlight, connect, maxQueued, will, localAddresses } = group;
  return {
    name,
    clients,
    slice: { first: 0, step: 1, count: clients },
    clientId,
    broker,
    ...(localAddresses === undefined ? {} : { localAddresses }),
    session: {
      protocol: protocol satisfies Protocol,
      ...asSent(group),
      keepAliveS: keepAlive / 1000,
      inFlight,
      connectTimeoutMs: connect.timeout,
    },
    kept: keptAtEnd(group),
    ...(will === undefined ? {} : { will: compileWill(will) }),
    connect: compileConnect(group),
    reconnect: compileReconnect(group),
    maxQueued,
    jobs,
  };
}

function compileWill({ topic, payload, qos, retain, delay }: NonNullable<Group['will']>): Will {
  return { topicName: topic, payload, qos, retain, delayS: delay / 1000 };
}

function compileConnect({ clients, connect }: Group): ConnectPlan {
  const ratePerSecond = connect.rate === 'unlimited' ? null : connect.rate;
  const rampMs = ratePerSecond === null ? 0 : (clients * 1000) / ratePerSecond;
  return {
    ratePerSecond,
    concurrency: connect.concurrency,
    withinMs: connect.within ?? rampMs + marginMs,
    atLeast: connect.atLeast ?? defaultAtLeast,
    atLeastSet: connect.atLeast !== undefined,
  };
}

function compileReconnect({ reconnect }: Group): ReconnectPlan | false {
  if (reconnect === false) return false;
  const { after, upTo, jitter, attempts } = reconnect;
  return { afterMs: after, upToMs: upTo, jitter, attempts: attempts === 'unlimited' ? null : attempts };
}

/** Where deliveries are judged, breaking their contract fails the run unless the scenario says otherwise. */
function compileThresholds({ thresholds }: Scenario, population: Population): ThresholdPlan[] {
  const asked = thresholds.map(compileThreshold);
  const answered = thresholds.some(({ selector }) => selectorText(selector) === 'delivery_violations');
  if (answered || !delivers(population)) return asked;
  const text = 'count == 0';
  const expression = {
    metric: 'delivery_violations',
    where: {},
    aggregate: 'count',
    compare: '==',
    limit: 0,
    text,
  } as const;
  return [...asked, { expression, level: 'fail', implicit: true }];
}

function compileThreshold({ expression, level, abortOnFail, afterMs, windowMs }: Threshold): ThresholdPlan {
  return {
    expression,
    level,
    ...(windowMs !== undefined && { windowMs }),
    ...(abortOnFail && { abortOnFail }),
    ...(afterMs !== undefined && { afterMs }),
    implicit: false,
  };
}

/** A cell is a group, a broker, and a QoS or none. */
function countCells(groups: readonly GroupPlan[], brokers: number): number {
  return groups.reduce((sum, { jobs, broker }) => {
    const levels = new Set(jobs.map(({ options }) => (options as { qos?: number }).qos ?? 0));
    return sum + (broker === 'spread' ? brokers : 1) * (levels.size + 1);
  }, 0);
}
