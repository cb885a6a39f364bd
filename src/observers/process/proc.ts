import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process; its number may be given to another one later, the time of its start is its own. */
export interface Found {
  readonly pid: number;
  readonly command: string;
  readonly startTicks: string;
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

type NotFound = { readonly why: string };

/** USER_HZ of proc(5): 100 on every architecture that Node runs on. */
const ticksPerSecond = 100;
const linuxOnly = 'CPU time and memory are read from /proc, which only Linux has';

/** The process of a number. */
export function processOf(pid: number): Found | NotFound {
  const stat = statOf(pid);
  if (stat !== undefined) return { pid, command: stat.command, startTicks: stat.startTicks };
  return { why: read('/proc/self/stat') === undefined ? linuxOnly : `there is no process ${pid} on this machine` };
}

/** The process that listens on a TCP port of this machine. */
export function listenerOf(port: number): Found | NotFound {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(read);
  if (tables.every((table) => table === undefined)) return { why: linuxOnly };
  const inodes = tables.flatMap((table) => listeningInodes(table ?? '', port));
  if (inodes.length === 0) return { why: `nothing listens on port ${port} of this machine` };
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  // The lowest number: a child that inherits the socket comes after its parent.
  const pid = pids().find((one) => holds(one, links));
  if (pid !== undefined) return processOf(pid);
  return {
    why: `it cannot be seen which process listens on port ${port}: run as root or as its user, or give { pid: ... }`,
  };
}

/** Null: it has ended. */
export function readProcess({ pid, startTicks }: Found): Usage | null {
  const stat = statOf(pid);
  if (stat === undefined || stat.startTicks !== startTicks || stat.state === 'Z') return null;
  const [, kib = '0'] = /^VmRSS:\s+([0-9]+) kB/m.exec(read(`/proc/${pid}/status`) ?? '') ?? [];
  return { cpuSeconds: stat.ticks / ticksPerSecond, memoryBytes: Number(kib) * 1024 };
}

/** Inodes of the sockets in state LISTEN (0A) on a port, of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === '0A' && local.endsWith(`:${hex}`) ? [inode] : [];
  });
}

function statOf(pid: number) {
  const text = read(`/proc/${pid}/stat`);
  // The command stands in brackets and may hold spaces and brackets itself.
  const [, command, rest = ''] = /^[0-9]+ \((.*)\) (.*)$/s.exec(text ?? '') ?? [];
  if (command === undefined) return undefined;
  const fields = rest.split(' ');
  const [state = '', startTicks = ''] = [fields[0], fields[19]];
  return { command, state, startTicks, ticks: Number(fields[11]) + Number(fields[12]) };
}

function pids(): number[] {
  return list('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .sort((a, b) => a - b);
}

function holds(pid: number, links: ReadonlySet<string>): boolean {
  return list(`/proc/${pid}/fd`).some((fd) => {
    try {
      return links.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false;
    }
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
