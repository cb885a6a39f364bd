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
  /** Connections to the address that gets most of them. */
  readonly ports: { readonly broker: string; readonly count: number };
};

/** What the plan asks of a machine that runs all of it in one process. */
export function demandOf(plan: Plan): Demand {
  const clients = plan.groups.reduce((sum, group) => sum + group.slice.count, 0);
  const perAddress = new Map<string, number>();
  for (const [i, count] of clientsPerBroker(plan).entries()) {
    const url = plan.brokers[i]?.target.url ?? '';
    perAddress.set(url, (perAddress.get(url) ?? 0) + count);
  }
  const [busiest = ['', 0]] = [...perAddress].sort((a, b) => b[1] - a[1]);
  return {
    clients,
    files: clients + spareFiles,
    bytes: clients * bytesPerClient + bytesPerProcess,
    ports: { broker: busiest[0] || 'the embedded broker', count: busiest[1] },
  };
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
      rule: `need ${formatCount(demand.ports.count)} source ports to ${demand.ports.broker}, but this machine has ${formatCount(sourcePorts)}`,
      hint: `${portHint(demand.ports.count)}; or more addresses in brokers; or lower clients`,
    });
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

const mostPorts = 64_511;

function portHint(ports: number): string {
  return ports <= mostPorts
    ? 'as root: sysctl -w net.ipv4.ip_local_port_range="1025 65535"'
    : `one address gives at most ${formatCount(mostPorts)} connections to one broker address`;
}
