import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, networkInterfaces, totalmem } from 'node:os';

/** What this machine allows; undefined where it does not say. */
export interface Machine {
  readonly cores: number;
  /** The soft and hard limit of open files of this process. */
  readonly openFiles: number | undefined;
  readonly openFilesHard: number | undefined;
  /** How many source ports one address has for connections to one broker address. */
  readonly sourcePorts: number | undefined;
  /** Its IP addresses; empty: not known. */
  readonly addresses: readonly string[];
  readonly availableBytes: number;
  readonly totalBytes: number;
}

export function readMachine(): Machine {
  const [openFiles, openFilesHard] = fileLimits(read('/proc/self/limits'));
  return {
    cores: availableParallelism(),
    openFiles,
    openFilesHard,
    sourcePorts: portCount(read('/proc/sys/net/ipv4/ip_local_port_range')),
    addresses: Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    availableBytes: memoryAvailable(read('/proc/meminfo')) ?? freemem(),
    totalBytes: totalmem(),
  };
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
