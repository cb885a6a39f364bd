import type { Problem } from '../base/problem.ts';
import type { MetricName } from '../metrics/catalog.ts';
import { workloadOf } from '../workloads/lookup.ts';
import type { Population } from './population.ts';
import { reachOf } from './reach.ts';
import type { ScenarioFields } from './schema.ts';

/** What a metric needs so that there will be any data. */
type Need =
  | 'publishing'
  | 'acknowledging'
  | 'subscribing'
  | 'delivering'
  | 'encrypting'
  | 'upgrading'
  | 'releasing'
  | 'keeping'
  | 'willing';

const needs: Readonly<Partial<Record<MetricName, Need>>> = {
  schedule_lag: 'publishing',
  wait_time: 'publishing',
  publish_time: 'acknowledging',
  publish_service_time: 'acknowledging',
  publish_received_time: 'releasing',
  publish_complete_time: 'releasing',
  tls_time: 'encrypting',
  websocket_time: 'upgrading',
  sessions_resumed: 'keeping',
  sessions_gone: 'keeping',
  messages_resent: 'keeping',
  wills_received: 'willing',
  subscribe_time: 'subscribing',
  messages_received: 'subscribing',
  delivery_time: 'delivering',
  delivery_service_time: 'delivering',
  deliveries_expected: 'delivering',
  deliveries_made: 'delivering',
  messages_lost: 'delivering',
  messages_duplicated: 'delivering',
  messages_copied: 'delivering',
  messages_out_of_order: 'delivering',
  delivery_violations: 'delivering',
};

const reasons: Readonly<Record<Need, string>> = {
  publishing: 'no group publishes',
  acknowledging: 'no group publishes with QoS 1 or 2, and nothing else is acknowledged',
  subscribing: 'no group subscribes',
  encrypting: 'no broker has a url of mqtts:// or wss://',
  upgrading: 'no broker has a url of ws:// or wss://',
  releasing: 'no group publishes with QoS 2',
  keeping: 'no group keeps its sessions: session: { expiry: 1h }',
  willing: 'no group has a will',
  delivering: 'no subscription matches a stamped publication',
};

/** True where some subscription gets messages that can be timed and judged. */
export function delivers(population: Population): boolean {
  return reachOf(population).some((jobs) => jobs.some(({ stamped, pairs }) => stamped && pairs > 0));
}

/** Thresholds on metrics that will have no data would always fail: found before the run. */
export function dataProblems(scenario: ScenarioFields, population: Population): Problem[] {
  const asked = Object.keys(scenario.thresholds) as MetricName[];
  if (!asked.some((metric) => needs[metric] !== undefined)) return [];
  const jobs = population.groups.flatMap((group) => group.jobs);
  const reach = reachOf(population);
  const publishesAt = (lowest: 1 | 2) =>
    reach.some((row, g) =>
      row.some(
        ({ qos }, j) =>
          qos >= lowest && workloadOf(population.groups[g]?.jobs[j] ?? { workload: '' }).publication !== undefined,
      ),
    );
  const met: Readonly<Record<Need, boolean>> = {
    publishing: jobs.some((job) => workloadOf(job).publication !== undefined),
    acknowledging: publishesAt(1),
    releasing: publishesAt(2),
    subscribing: jobs.some((job) => workloadOf(job).filters !== undefined),
    delivering: delivers(population),
    upgrading: scenario.brokers?.some(({ url }) => /^wss?:/.test(url)) === true,
    encrypting: scenario.brokers?.some(({ url }) => /^(mqtts|wss):/.test(url)) === true,
    keeping: Object.values(scenario.groups).some(({ session }) => session !== 'clean'),
    willing: Object.values(scenario.groups).some(({ will }) => will !== undefined),
  };
  return asked.flatMap((metric): Problem[] => {
    const need = needs[metric];
    if (need === undefined || met[need]) return [];
    return [{ path: ['thresholds', metric], rule: `will have no data: ${reasons[need]}`, atKey: true }];
  });
}
