import type { Machine, OwnNames } from '../base/machine.ts';
import { brokerCycle } from '../scenario/population.ts';
import { addressOf, schemeOf, withoutCredentials } from '../transports/address.ts';
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
  /** Connections that share source ports, where they are most. */
  readonly ports: Ports;
};

/** `where`: "to mqtt://h:1883", or "from 127.0.0.2". */
type Ports = { readonly where: string; readonly count: number };

type Here = OwnNames & Pick<Machine, 'inheritedFiles'>;

/** What the plan asks of a machine that runs all of it in one process with so many load threads; 0: in the main thread. */
export function demandOf(plan: Plan, threads: number, machine: Here): Demand {
  const clients = plan.groups.reduce((sum, group) => sum + group.slice.count, 0);
  const [ports = { where: '', count: 0 }] = portsOf(plan, machine).sort((a, b) => b.count - a.count);
  return {
    clients,
    files: clients + sparesOf(plan, threads) + machine.inheritedFiles,
    bytes: bytesOf(plan, threads),
    ports,
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
 * Who shares source ports: the system gives one for each broker address anew, but to a client that is bound to a local address
 * one that no other connection from there has (bind(2) chooses it before it knows where to), nor one that only comes from there.
 */
function portsOf(plan: Plan, machine: OwnNames): Ports[] {
  const unbound = plan.groups.filter(({ localAddresses }) => localAddresses === undefined);
  const from = new Map<string, number>();
  const to = clientsPerBroker({ ...plan, groups: unbound }).map((count, i): Ports => {
    const url = plan.brokers[i]?.target.url ?? '';
    const source = sourceOf(url, machine);
    // Between brokers these share ports, so the largest counts.
    if (source !== undefined) from.set(source, Math.max(from.get(source) ?? 0, count));
    return { where: `to ${withoutCredentials(url) || 'the embedded broker'}`, count };
  });
  for (const { localAddresses = [], clients } of plan.groups) {
    for (const [i, address] of localAddresses.entries())
      from.set(address, (from.get(address) ?? 0) + Math.ceil((clients - i) / localAddresses.length));
  }
  return [...to, ...[...from].map(([address, count]): Ports => ({ where: `from ${address}`, count }))];
}

/** The address that the system chooses for a connection, where that is certain: to a broker on this machine. */
function sourceOf(url: string, machine: OwnNames): string | undefined {
  const host = url === '' ? '127.0.0.1' : addressOf(url).host.toLowerCase();
  if (machine.addresses.includes(host)) return host;
  return /^(127\.|localhost$)/.test(host) ? '127.0.0.1' : undefined;
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
