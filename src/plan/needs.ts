import type { Machine } from '../base/machine.ts';
import type { Problem } from '../base/problem.ts';
import { formatCount, formatSize } from '../base/units.ts';
import { demandOf } from './demand.ts';
import type { Plan } from './plan.ts';

/** What this machine does not allow, each with the command or scenario key that helps. Unknown limits are no problem. */
export function needs(plan: Plan, machine: Machine, threads: number): Problem[] {
  const demand = demandOf(plan, threads, machine);
  const problems: Problem[] = [];
  const { openFiles, openFilesHard = 0, sourcePorts, availableBytes } = machine;
  if (openFiles !== undefined && demand.files > openFiles) {
    const raise =
      demand.files <= openFilesHard
        ? `ulimit -n ${demand.files}`
        : `as root: ulimit -n ${demand.files}, or raise nofile in /etc/security/limits.conf`;
    problems.push({
      path: ['groups'],
      rule: `need ${formatCount(demand.files)} open files (one for each client, ${demand.files - demand.clients} more), but a process here may have ${formatCount(openFiles)}`,
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
