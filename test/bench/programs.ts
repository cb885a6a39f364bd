import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ticksOf } from '../../src/base/vitals.ts';
import type { Report, Task } from './subject.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The C programs of this folder; undefined where there is no C compiler. */
export function build(name: 'floor' | 'sink', directory: string): string | undefined {
  const program = join(directory, name);
  try {
    execFileSync('cc', ['-O2', '-o', program, join(root, `test/bench/${name}.c`)], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
}

/** A tree of another revision, built; to be removed with `git worktree remove`. Returns its subject. */
export function buildRevision(revision: string, directory: string): { subject: string; remove(): void } {
  const tree = join(directory, 'revision');
  const git = (...words: string[]) => execFileSync('git', words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  git('worktree', 'add', '--detach', '--force', tree, revision);
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', tree], { stdio: 'inherit' });
  return {
    subject: join(tree, 'dist/test/bench/subject.js'),
    remove: () => git('worktree', 'remove', '--force', tree),
  };
}

export const ownSubject = fileURLToPath(new URL('./subject.js', import.meta.url));

export function startSubject(task: Task, program = ownSubject): ChildProcess {
  return spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

export async function runSubject(task: Task, program = ownSubject): Promise<Report> {
  return JSON.parse(await outputOf(startSubject(task, program))) as Report;
}

/** Rate, and CPU us a message, as floor.c tells them. */
export async function runFloor(program: string, mode: string, port: number, args: readonly string[]) {
  const child = spawn(program, [mode, String(port), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [, rate = '0', cpuUs = '0'] = /, (\d+)\/s, ([\d.]+) us CPU each/.exec(await outputOf(child)) ?? [];
  return { rate: Number(rate), cpuUs: Number(cpuUs) };
}

export async function startSink(
  program: string,
): Promise<{ readonly port: number; readonly pid: number; stop(): void }> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(text.toString()), pid: child.pid ?? 0, stop: () => child.stdin.end() };
}

export async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ').slice(0, 200)} ended with ${code}`);
  return text;
}

/**
 * User and system time, in ticks of the kernel, of all processes but these; that of children which ended is their parents'. What
 * /proc/stat says of all is sampled, and counts work for the network elsewhere: it is no measure of the others.
 */
export function ticksOfOthers(own: readonly number[]): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || own.includes(Number(name))) continue;
    try {
      const [, fields = ''] = readFileSync(`/proc/${name}/stat`, 'utf8').split(/\) /);
      ticks += fields
        .split(' ')
        .slice(11, 15)
        .map(Number)
        .reduce((sum, one) => sum + one, 0);
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks;
}

/** All time of all cores, in ticks. */
export function allTicks(): number {
  return stealTicks().all;
}

function stealTicks(): { steal: number; all: number } {
  const { stealTicks: steal, allTicks: all } = ticksOf(readFileSync('/proc/stat', 'utf8'));
  return { steal, all };
}

/** What came of it, and how much of the CPU time the machine took away meanwhile, 0 to 1. */
export async function measured<T>(act: () => Promise<T>): Promise<{ value: T; stealShare: number }> {
  const before = stealTicks();
  const value = await act();
  const after = stealTicks();
  return { value, stealShare: (after.steal - before.steal) / Math.max(1, after.all - before.all) };
}
