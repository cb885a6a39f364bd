import type { Machine } from '../base/machine.ts';
import type { Problem } from '../base/problem.ts';
import { formatCount, formatSize } from '../base/units.ts';
import { brokerCycle } from '../scenario/population.ts';
import type { Plan } from './plan.ts';

/** Files that a process holds open besides its clients. */
export const spareFiles = 50;
const bytesPerClient = 20 * 1024;
const bytesPerProcess = 150e6;

export type Demand = {
  readonly clients: number;
  readonly files: number;
  readonly bytes: number;
  /** Connections that share source ports, where they are most; `where`: "to mqtt://h:1883", or "from 127.0.0.2". */
  readonly ports: { readonly where: string; readonly count: number };
};

/** What the plan asks of a machine that runs all of it in one process. */
export function demandOf(plan: Plan): Demand {
  const clients = plan.groups.reduce((sum, group) => sum + group.slice.count, 0);
  const [[where, count] = ['', 0]] = [...portsOf(plan)].sort((a, b) => b[1] - a[1]);
  return {
    clients,
    files: clients + spareFiles,
    bytes: clients * bytesPerClient + bytesPerProcess,
    ports: { where, count },
  };
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
    add(`to ${plan.brokers[i]?.target.url || 'the embedded broker'}`, count);
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

/** What this machine does not allow, each with the command or scenario key that helps. Unknown limits are no problem. */
export function needs(plan: Plan, machine: Machine): Problem[] {
  const demand = demandOf(plan);
  const problems: Problem[] = [];
  const { openFiles, openFilesHard = 0, sourcePorts, availableBytes } = machine;
  if (openFiles !== undefined && demand.files > openFiles) {
    const raise =
      demand.files <= openFilesHard
        ? `ulimit -n ${demand.files}`
        : `as root: ulimit -n ${demand.files}, or raise nofile in /etc/security/limits.conf`;
    problems.push({
      path: ['groups'],
      rule: `need ${formatCount(demand.files)} open files (one for each client, ${spareFiles} more), but a process here may have ${formatCount(openFiles)}`,
      hint: `${raise}; or lower clients`,
    });
  }
  if (sourcePorts !== undefined && demand.ports.count > sourcePorts) {
    problems.push({
      path: ['groups'],
      rule: `need ${formatCount(demand.ports.count)} source ports ${demand.ports.where}, but this machine has ${formatCount(sourcePorts)}`,
      hint: `${portHint(demand.ports.count)}; or more addresses in localAddress; or more brokers; or lower clients`,
    });
  }
  for (const { name, localAddresses = [] } of plan.groups) {
    const foreign = localAddresses.find((address) => !isOwn(address, machine.addresses));
    if (foreign === undefined) continue;
    const rule = 'must be an address of this machine';
    const hint = `its addresses: ${machine.addresses.join(', ')}; more are made as root with: ip address add ${foreign}/32 dev lo`;
    problems.push({ path: ['groups', name, 'localAddress'], rule, value: foreign, hint });
  }
  if (demand.bytes > availableBytes) {
    problems.push({
      path: ['groups'],
      rule: `need about ${formatSize(demand.bytes)} of memory, but ${formatSize(availableBytes)} are available`,
      hint: 'lower clients, or end other programs',
    });
  }
  return problems;
}

/** All of 127.0.0.0/8 is this machine's own on Linux. */
function isOwn(address: string, own: readonly string[]): boolean {
  return own.length === 0 || own.includes(address) || address.startsWith('127.');
}

const mostPorts = 64_511;

function portHint(ports: number): string {
  return ports <= mostPorts
    ? 'as root: sysctl -w net.ipv4.ip_local_port_range="1025 65535"'
    : `one address gives at most ${formatCount(mostPorts)} connections to one broker address`;
}
