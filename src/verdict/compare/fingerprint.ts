import { createHash } from 'node:crypto';
import { formatSize } from '../../base/units.ts';
import type { Observation } from '../../observers/observer.ts';
import type { BrokerPlan, Plan } from '../../plan/plan.ts';
import { isLocal } from '../../plan/threads.ts';
import { addressOf, schemeOf } from '../../transports/address.ts';
import type { JudgeContext } from '../judge.ts';
import type { Result, RunResult } from '../result.ts';

export type Fingerprint = Readonly<Record<string, string>>;

/** Words for machine, program, brokers and load: where they differ, so may the figures. Times of day, ports and secrets are not in it. */
export function fingerprint(
  plan: Plan,
  { versions, threads, observations = [] }: Pick<JudgeContext, 'versions' | 'threads' | 'observations'>,
): Fingerprint {
  const brokers = plan.brokers.map((broker) => [
    plan.brokers.length === 1 ? 'the broker' : `the broker ${broker.name}`,
    brokerWords(broker, observations),
  ]);
  return {
    ...ofVersions(versions),
    client: plan.client,
    'load threads': String(threads.count),
    ...Object.fromEntries(brokers),
    'the load': loadHash(plan),
  };
}

function ofVersions({ cpu, cores, memoryBytes, os, node, tool }: RunResult['versions']): Fingerprint {
  return {
    CPU: cpu,
    cores: String(cores),
    ...(memoryBytes !== undefined && { memory: formatSize(memoryBytes) }),
    system: os,
    Node: node,
    'mqtt-stress': tool,
  };
}

/** "mosquitto version 2.0.11, mqtt on this machine". */
function brokerWords(
  { name, target, embedded, version: own }: BrokerPlan,
  observations: readonly Observation[],
): string {
  if (embedded) return own === undefined ? 'the embedded one' : `the embedded one, ${own}`;
  const where = isLocal(target.url) ? 'this machine' : addressOf(target.url).host;
  const seen = observations.filter(({ broker, observer }) => broker === name && observer === '$SYS');
  const version = seen.map(({ source }) => /^\$SYS of (.+?)(?:, renewed |$)/.exec(source)?.[1]).find(Boolean);
  return `${version === undefined ? '' : `${version}, `}${schemeOf(target.url)} on ${where}`;
}

/** All that decides what is sent and received, after edits, and nothing else: not where to, and not by which seed. */
function loadHash({ groups, warmUpMs, durationMs, drainMs, cluster, brokers }: Plan): string {
  const weights = brokers.map(({ weight }) => weight);
  const load = JSON.stringify({ groups, warmUpMs, durationMs, drainMs, cluster, weights });
  return `sha256 ${createHash('sha256').update(load).digest('hex').slice(0, 12)}`;
}

/** A sentence for each thing in which the two sides differ; a side that differs in itself is told with all of its values. */
export function mismatches(base: readonly Result[], fresh: readonly Result[]): string[] {
  const [before, now] = [base.map(fingerprintOf), fresh.map(fingerprintOf)];
  const names = new Set([...before, ...now].flatMap((each) => Object.keys(each)));
  return [...names].flatMap((name) => {
    const [old, young] = [valuesOf(before, name), valuesOf(now, name)];
    // What one side does not tell cannot differ.
    if (old.length === 0 || young.length === 0 || (old.length === 1 && young.length === 1 && old[0] === young[0]))
      return [];
    return [`${name} differs: ${old.join(' and ')} in the base, ${young.join(' and ')} in the new runs.`];
  });
}

/** Of a result of before there were fingerprints, what its versions tell. */
function fingerprintOf({ run }: Result): Fingerprint {
  return run.fingerprint ?? ofVersions(run.versions);
}

function valuesOf(of: readonly Fingerprint[], name: string): string[] {
  return [...new Set(of.flatMap((each) => each[name] ?? []))].sort();
}
