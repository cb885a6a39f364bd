import type { Machine, OwnNames } from '../base/machine.ts';
import { observerOf } from '../observers/lookup.ts';
import { brokerCycle } from '../scenario/population.ts';
import { addressOf, withoutCredentials } from '../transports/address.ts';
import { bytesOf } from './memory.ts';
import type { BrokerPlan, Plan } from './plan.ts';

/** Files that a run opens besides one for each client, without those of reports; as counted on Linux with Node 20. */
const metronomeFiles = 4;
const threadFiles = 5;
const brokerFiles = 2;

export type Demand = {
  readonly clients: number;
  readonly files: number;
  readonly bytes: number;
  /** Connections that share source ports, where they are most. */
  readonly ports: Ports;
};

/** `where`: "to mqtt://h:1883", or "from 127.0.0.2". */
type Ports = { readonly where: string; readonly count: number };

type Here = OwnNames & Pick<Machine, 'filesInUse'>;

/** What the plan asks of a machine that runs all of it in one process with so many load threads; 0: in the main thread. */
export function demandOf(plan: Plan, threads: number, machine: Here): Demand {
  const clients = plan.groups.reduce((sum, group) => sum + group.slice.count, 0);
  const [ports = { where: '', count: 0 }] = portsOf(plan, machine).sort((a, b) => b.count - a.count);
  return {
    clients,
    files: clients + machine.filesInUse + sparesOf(plan, threads),
    bytes: bytesOf(plan, threads, clientsPerBroker(plan)),
    ports,
  };
}

function sparesOf(plan: Plan, threads: number): number {
  const embedded = plan.brokers.filter((broker) => broker.embedded).length;
  const ofThreads = threads === 0 ? 0 : metronomeFiles + threads * threadFiles;
  return ofThreads + embedded * brokerFiles + plan.brokers.reduce((sum, broker) => sum + observersAt(broker), 0);
}

/** Those with a connection of their own. */
function observersAt({ observe = [] }: BrokerPlan): number {
  return observe.filter((entry) => observerOf(entry).connects).length;
}

/**
 * Who shares source ports: the system gives one for each broker address anew, but to a client that is bound to a local address
 * one that no other connection from there has (bind(2) chooses it before it knows where to), nor one that only comes from there.
 */
function portsOf(plan: Plan, machine: OwnNames): Ports[] {
  const unbound = plan.groups.filter(({ localAddresses }) => localAddresses === undefined);
  const from = new Map<string, number>();
  const clients = clientsPerBroker({ ...plan, groups: unbound });
  const to = plan.brokers.map((broker, i): Ports => {
    const { url } = broker.target;
    const count = (clients[i] ?? 0) + observersAt(broker);
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
