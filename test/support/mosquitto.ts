import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

export interface MosquittoOptions {
  readonly persistence?: boolean;
  /** As many in flight and queued as it has without configuration: 20 and 1,000 in Mosquitto 2.0. */
  readonly defaultQueues?: boolean;
  /** Further lines of its configuration. */
  readonly lines?: readonly string[];
  /** Further listeners, each with the lines below its own. */
  readonly listeners?: readonly (readonly string[])[];
  readonly port?: number;
}

export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** What it has logged in this life. */
  readonly log: string;
  /** SIGTERM, then gone; with its files. */
  stop(): Promise<void>;
  /** SIGTERM, then gone, as at a planned restart; its files stay for `restart`. */
  shutDown(): Promise<void>;
  /** SIGKILL, then gone; its files stay for `restart`. */
  kill9(): Promise<void>;
  /** SIGSTOP: connections stay, nothing is answered. */
  pause(): void;
  resume(): void;
  /** A new process on the same port with the same configuration. */
  restart(): Promise<void>;
}

const { PATH = '', MQTT_STRESS_REQUIRE_BROKERS } = process.env;
const places = [...PATH.split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin'];

/** Where a program of the Mosquitto packages is; undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  return places
    .map((place) => join(place, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export function hasMosquitto(): boolean {
  return findProgram('mosquitto') !== undefined && findProgram('mosquitto_sub') !== undefined;
}

/** For `{ skip: … }` of a suite: the reason, or false. Throws where the environment says that brokers must be there. */
export function mosquittoMissing(): string | false {
  if (hasMosquitto()) return false;
  const reason = 'mosquitto and mosquitto_sub are not installed (apt-get install mosquitto mosquitto-clients)';
  if (MQTT_STRESS_REQUIRE_BROKERS === '1') throw new Error(reason);
  return reason;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const directory = mkdtempSync(join(tmpdir(), 'mqtt-stress-mosquitto-'));
  const program = findProgram('mosquitto');
  if (program === undefined) throw new Error('mosquitto is not installed');
  // Between asking for a free port and listening on it another program may take it.
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const broker = new MosquittoProcess(program, directory, port, options);
    try {
      await broker.restart();
      return broker;
    } catch (error) {
      if (attempt === 3 || options.port !== undefined) throw error;
    }
  }
}

class MosquittoProcess implements Mosquitto {
  readonly port: number;
  readonly url: string;
  readonly #program: string;
  readonly #directory: string;
  readonly #configuration: string;
  #child: ChildProcess | null = null;
  log = '';

  constructor(program: string, directory: string, port: number, options: MosquittoOptions) {
    this.port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
    this.#program = program;
    this.#directory = directory;
    this.#configuration = join(directory, 'mosquitto.conf');
    writeFileSync(this.#configuration, `${configuration(directory, port, options).join('\n')}\n`);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async restart(): Promise<void> {
    const child = spawn(this.#program, ['-c', this.#configuration], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.log = '';
    running.add(child);
    child.once('exit', () => running.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.log = (this.log + text).slice(-1_000_000);
      });
    }
    await waitFor(() => {
      // A second mosquitto on a taken port exits, while a connection to that port still succeeds.
      if (child.exitCode !== null) throw new Error(`mosquitto ended with code ${child.exitCode}: ${this.log}`);
      return accepts(this.port);
    }, `mosquitto on port ${this.port}`);
  }

  async stop(): Promise<void> {
    this.resume();
    await this.#end('SIGTERM');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  shutDown(): Promise<void> {
    return this.#end('SIGTERM');
  }

  kill9(): Promise<void> {
    return this.#end('SIGKILL');
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null || !running.has(child)) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

function configuration(directory: string, port: number, options: MosquittoOptions): string[] {
  const { persistence = false, lines = [], listeners = [] } = options;
  return [
    `persistence ${persistence}`,
    ...(persistence ? [`persistence_location ${directory}/`] : []),
    // As root it would become the user mosquitto, who cannot write here.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'log_dest stdout',
    'allow_anonymous true',
    'max_connections -1',
    ...(options.defaultQueues ? [] : ['max_queued_messages 0', 'max_inflight_messages 0']),
    'set_tcp_nodelay true',
    'sys_interval 1',
    ...lines,
    `listener ${port} 127.0.0.1`,
    ...listeners.flat(),
  ];
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
