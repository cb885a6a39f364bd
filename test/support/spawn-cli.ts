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
  /** What stderr holds so far. */
  told(): string;
  /** The same of stdout, with what matched. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
};

/** The command line as a user has it: a process of its own, killed after a minute. */
export function startCli(args: readonly string[], env: Record<string, string> = {}, cwd?: string): Running {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    // These tests may run in a step of GitHub Actions themselves, where reports go to it unasked.
    env: { ...process.env, GITHUB_ACTIONS: '', ...env },
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
  return {
    child,
    ended,
    async said(pattern) {
      await holds(child.stderr, () => texts.stderr, ended, pattern);
    },
    told: () => texts.stderr,
    wrote: (pattern) => holds(child.stdout, () => texts.stdout, ended, pattern),
  };
}

export function cli(...args: string[]): Promise<Ended> {
  return startCli(args).ended;
}

async function holds(
  stream: NodeJS.ReadableStream,
  text: () => string,
  ended: Promise<Ended>,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  const over = ended.then(({ code, stderr }) => {
    throw new Error(`ended with ${code} before it said ${pattern}: ${stderr}`);
  });
  over.catch(() => {});
  for (;;) {
    const match = pattern.exec(text());
    if (match !== null) return match;
    await Promise.race([once(stream, 'data'), over]);
  }
}
