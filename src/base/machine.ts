import { fstatSync, readdirSync, readFileSync } from 'node:fs';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { availableParallelism, freemem, hostname, networkInterfaces, totalmem } from 'node:os';
import { isatty } from 'node:tty';

/** What this machine allows; undefined where it does not say. */
export interface Machine {
  readonly cores: number;
  /** The soft and hard limit of open files of this process. */
  readonly openFiles: number | undefined;
  readonly openFilesHard: number | undefined;
  /** Open files that this process has already: Node's, and those that whoever started it left to it. */
  readonly filesInUse: number;
  /** How many source ports one address has for connections to one broker address. */
  readonly sourcePorts: number | undefined;
  /** Its IP addresses; empty: not known. */
  readonly addresses: readonly string[];
  readonly hostName: string;
  readonly availableBytes: number;
  readonly totalBytes: number;
}

/** By what it is called. */
export type OwnNames = Pick<Machine, 'addresses' | 'hostName'>;

export function readMachine(): Machine {
  const [openFiles, openFilesHard] = fileLimits(read('/proc/self/limits'));
  return {
    cores: availableParallelism(),
    openFiles,
    openFilesHard,
    filesInUse: filesInUse(),
    sourcePorts: portCount(read('/proc/sys/net/ipv4/ip_local_port_range')),
    addresses: Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    hostName: hostname(),
    availableBytes: memoryAvailable(read('/proc/meminfo')) ?? freemem(),
    totalBytes: totalmem(),
  };
}

/** Whether a host is this machine, by any of its addresses or names; all of 127.0.0.0/8 is its own on Linux. */
export function isThisMachine(host: string, { addresses, hostName }: OwnNames): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isIP(name) === 0) return name === 'localhost' || name === hostName.toLowerCase() || /^127[\d.]+$/.test(name);
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8);
  for (const address of ['0.0.0.0', '::', '::1', ...addresses]) own.addAddress(address, familyOf(address));
  return own.check(name, familyOf(name));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** "Max open files  1024  524288  files", of /proc/self/limits. */
export function fileLimits(text: string): readonly [number | undefined, number | undefined] {
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(text) ?? [];
  return [limit(soft), limit(hard)];
}

/** "32768\t60999", both included. */
export function portCount(text: string): number | undefined {
  const [, first, last] = /^\s*([0-9]+)\s+([0-9]+)/.exec(text) ?? [];
  return first === undefined || last === undefined ? undefined : Number(last) - Number(first) + 1;
}

/** "MemAvailable:  123 kB", of /proc/meminfo. */
export function memoryAvailable(text: string): number | undefined {
  const [, kib] = /^MemAvailable:\s+([0-9]+) kB/m.exec(text) ?? [];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** A usual number, where the system does not tell. */
const usualFiles = 18;

/** libuv keeps one more for each thread with streams; standard output may be none, the run has some. */
function filesInUse(): number {
  try {
    // The one that reads them is among them.
    return readdirSync('/proc/self/fd').length - 1 + Number(![1, 2].some(isStream));
  } catch {
    return usualFiles;
  }
}

function isStream(file: number): boolean {
  const stat = fstatSync(file);
  return isatty(file) || stat.isFIFO() || stat.isSocket();
}

/** The highest resident memory of this process so far. What getrusage tells is on Linux also that of who started it. */
export function peakMemoryBytes(): number {
  return peakOf(read('/proc/self/status')) ?? process.resourceUsage().maxRSS * 1024;
}

/** "VmHWM:  123 kB", of /proc/self/status. */
export function peakOf(text: string): number | undefined {
  const [, kib] = /^VmHWM:\s+([0-9]+) kB/m.exec(text) ?? [];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

function limit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return text === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(text);
}

/** Other systems have no /proc: then the limit is unknown, which is no error. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
