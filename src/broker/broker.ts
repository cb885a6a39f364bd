import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { exitCode } from '../base/exit-codes.ts';
import type { Ask, Failed, Listening } from './child.ts';
import { whyNotListening } from './why-not-listening.ts';

export interface BrokerOptions {
  /** 0, the default: a free port. */
  readonly port?: number;
  /** MQTT over WebSocket as well: true on a free port, or on this one. Without it only TCP. */
  readonly ws?: boolean | number;
  /** 127.0.0.1 by default: this machine only. */
  readonly host?: string;
  /** Told when the broker dies unasked; the text says how. */
  readonly onExit?: (how: string) => void;
}

export interface EmbeddedBroker {
  readonly url: string;
  /** Where `ws` asked for it: "ws://127.0.0.1:40123". */
  readonly wsUrl?: string;
  readonly port: number;
  readonly pid: number;
  /** What it is: "Aedes 1.2.0". */
  readonly version: string;
  /** Ends the process and waits until it is gone; a second call waits too. */
  stop(): Promise<void>;
}

/** How long a broker may take to end by itself before it is killed. */
const patienceMs = 2000;
const keptOfStderr = 2000;
const ownBroker = 'Name a broker of your own: --broker mqtt://host:1883';

/**
 * Starts Aedes (MQTT 3.1 and 3.1.1) in a child process, which ends with this one whatever happens.
 * Throws UserError when it cannot listen.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<EmbeddedBroker> {
  const host = options.host ?? '127.0.0.1';
  const { ws = false } = options;
  const ports = { port: options.port ?? 0, ws: typeof ws === 'number' ? ws : 0 };
  for (const [name, port] of Object.entries(ports)) requirePort(name, port);
  const ask = { host, port: ports.port, ...(ws !== false && { wsPort: ws === true ? 0 : ws }) };
  const child = launch(ask);
  const lastWords = collect(child);
  const { port, wsPort, version } = await listening(child, ask, lastWords);
  const authority = host.includes(':') ? `[${host}]` : host;
  let stopping: Promise<void> | undefined;
  child.once('exit', (code, signal) => {
    if (stopping === undefined) options.onExit?.(howItEnded(code, signal, lastWords()));
  });
  release(child);
  return {
    url: `mqtt://${authority}:${port}`,
    ...(wsPort !== undefined && { wsUrl: `ws://${authority}:${wsPort}` }),
    port,
    pid: child.pid ?? 0,
    version: `Aedes ${version}`,
    stop() {
      stopping ??= end(child);
      return stopping;
    },
  };
}

function requirePort(name: string, port: unknown): void {
  if (Number.isInteger(port) && 0 <= Number(port) && Number(port) <= 65_535) return;
  throw new UserError(`${name} must be a whole number from 0 to 65535, but is ${port}`, {
    hint: '0 takes a free port',
  });
}

function launch(ask: Ask): ChildProcess {
  const file = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
  // Without execArgv the child would inherit --inspect, --cpu-prof and their like, and their ports and files.
  return fork(file, [JSON.stringify(ask)], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

/** Keeps the end of stderr for an error message; nothing of it reaches the terminal. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-keptOfStderr);
  });
  return () => text.trim();
}

function listening(child: ChildProcess, { host }: Ask, lastWords: () => string): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, hint = ownBroker, cause?: unknown): void =>
      reject(
        new UserError(`The embedded broker could not start: ${reason}`, {
          hint,
          exitCode: exitCode.notStarted,
          cause,
        }),
      );
    child.once('error', (error) => fail(error.message, ownBroker, error));
    child.once('exit', (code, signal) => fail(howItEnded(code, signal, lastWords())));
    child.once('message', (message: Listening | Failed) => {
      if (!('error' in message)) return resolve(message);
      const { error, code, port } = message;
      const known = whyNotListening(code, host, port ?? 0);
      fail(known === undefined ? error : `${known.reason} (${code})`, known?.hint);
    });
  });
}

/** The broker must not keep this process alive: it ends with it. */
function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  const stderr = child.stderr as (NodeJS.ReadableStream & { unref?(): void }) | null;
  stderr?.unref?.();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await gone;
  clearTimeout(deadline);
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null, lastWords: string): string {
  const how = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
  const why = lastWords
    .split('\n')
    .find((line) => /^\w*Error\b/.test(line))
    ?.trim();
  return why === undefined ? how : `${how}: ${why}`;
}
