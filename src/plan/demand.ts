import type { Machine } from '../base/machine.ts';
import { brokerCycle } from '../scenario/population.ts';
import { schemeOf, withoutCredentials } from '../transports/address.ts';
import { workloadOf } from '../workloads/lookup.ts';
import type { GroupPlan, Plan } from './plan.ts';

/**
 * Files that a process holds open besides one for each client, without those of reports and those that
 * it was started with; as counted on Linux with Node 20.
 */
const inlineFiles = 19;
const processFiles = 22;
const threadFiles = 5;
const brokerFiles = 2;

/** Resident memory, measured as docs/performance.md tells: of a process, of each load thread, of each client. */
const inlineBytes = 81 * 2 ** 20;
const processBytes = 88 * 2 ** 20;
const threadBytes = 22 * 2 ** 20;
const plainKiB = 7;
const webSocketKiB = 10.5;
const secureKiB = 48;
/** More where there is one thread for everything, and so the large young generation of Node. */
const inlineKiB = 2.5;
const foreignClientKiB = 20;
const publishingKiB = 3;
const subscribingKiB = 2;

export type Demand = {
  readonly clients: number;
  readonly files: number;
  readonly bytes: number;
  /** Connections that share source ports, where they are most; `where`: "to mqtt://h:1883", or "from 127.0.0.2". */
  readonly ports: { readonly where: string; readonly count: number };
};

type Started = Pick<Machine, 'inheritedFiles'>;

/** What the plan asks of a machine that runs all of it in one process with so many load threads; 0: in the main thread. */
export function demandOf(plan: Plan, threads: number, { inheritedFiles }: Started): Demand {
  const clients = plan.groups.reduce((sum, group) => sum + group.slice.count, 0);
  const [[where, count] = ['', 0]] = [...portsOf(plan)].sort((a, b) => b[1] - a[1]);
  return {
    clients,
    files: clients + sparesOf(plan, threads) + inheritedFiles,
    bytes: bytesOf(plan, threads),
    ports: { where, count },
  };
}

function sparesOf(plan: Plan, threads: number): number {
  const embedded = plan.brokers.filter((broker) => broker.embedded).length;
  return (threads === 0 ? inlineFiles : processFiles + threads * threadFiles) + embedded * brokerFiles;
}

function bytesOf(plan: Plan, threads: number): number {
  const base = threads === 0 ? inlineBytes : processBytes + threads * threadBytes;
  const [counts, brokers] = [clientsPerBroker(plan), plan.brokers];
  const connections = counts.reduce((sum, count, i) => sum + count * connectionKiB(brokers[i]?.target.url ?? ''), 0);
  const each = (threads === 0 ? inlineKiB : 0) + (plan.client === 'wire' ? 0 : foreignClientKiB);
  const more = plan.groups.reduce((sum, group) => sum + group.slice.count * (each + jobsKiB(group)), 0);
  return base + (connections + more) * 1024;
}

/** An embedded broker has no address yet; it speaks plain TCP. */
function connectionKiB(url: string): number {
  const scheme = schemeOf(url);
  if (['mqtts', 'ssl', 'tls', 'wss'].includes(scheme)) return secureKiB;
  return scheme === 'ws' ? webSocketKiB : plainKiB;
}

function jobsKiB({ jobs }: GroupPlan): number {
  const publishing = jobs.filter((job) => workloadOf(job).publication !== undefined).length;
  return publishing * publishingKiB + (jobs.length - publishing) * subscribingKiB;
}

/**
 * Who shares source ports: the system gives one for each broker address anew, but one that is bound to a local address it
 * gives once (bind(2) chooses it before it knows where to).
 */
function portsOf(plan: Plan): Map<string, number> {
  const shared = new Map<string, number>();
  const add = (where: string, count: number) => shared.set(where, (shared.get(where) ?? 0) + count);
  const unbound = plan.groups.filter(({ localAddresses }) => localAddresses === undefined);
  for (const [i, count] of clientsPerBroker({ ...plan, groups: unbound }).entries())
    add(`to ${withoutCredentials(plan.brokers[i]?.target.url ?? '') || 'the embedded broker'}`, count);
  for (const { localAddresses = [], clients } of plan.groups) {
    for (const [i, address] of localAddresses.entries())
      add(`from ${address}`, Math.ceil((clients - i) / localAddresses.length));
  }
  return shared;
}

/** How many clients each broker of the plan gets. */
export function clientsPerBroker(plan: Plan): number[] {
  const counts = plan.brokers.map(() => 0);
  const cycle = brokerCycle(plan.brokers.map(({ weight }) => weight));
  for (const { broker, clients } of plan.groups) {
    const pinned = plan.brokers.findIndex(({ name }) => name === broker);
    if (pinned >= 0) counts[pinned] = (counts[pinned] ?? 0) + clients;
    else {
      const rounds = Math.floor(clients / cycle.length);
      for (const [i, position] of cycle.entries()) {
        counts[position] = (counts[position] ?? 0) + rounds + (i < clients % cycle.length ? 1 : 0);
      }
    }
  }
  return counts;
}
