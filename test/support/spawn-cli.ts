import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const patienceMs = 60_000;

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Running = {
  readonly child: ChildProcess;
  /** Resolves when stderr holds the text; rejects when the process ends without it. */
  said(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
};

/** The command line as a user has it: a process of its own, killed after a minute. */
export function startCli(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  const gather = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
    texts[name] += chunk.toString();
  };
  child.stdout.on('data', gather('stdout'));
  child.stderr.on('data', gather('stderr'));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...texts }) as Ended);
  return { child, ended, said: (pattern) => said(child, () => texts.stderr, ended, pattern) };
}

export function cli(...args: string[]): Promise<Ended> {
  return startCli(args).ended;
}

async function said(child: ChildProcess, stderr: () => string, ended: Promise<Ended>, pattern: RegExp): Promise<void> {
  const over = ended.then(({ code }) => {
    throw new Error(`ended with ${code} before it said ${pattern}: ${stderr()}`);
  });
  over.catch(() => {});
  while (!pattern.test(stderr())) await Promise.race([once(child.stderr as NodeJS.ReadableStream, 'data'), over]);
}
