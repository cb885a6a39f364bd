import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from './mosquitto.ts';
import { within } from './wait-for.ts';

const run = promisify(execFile);
/** With sys_interval 1 Mosquitto 2.0 renews $SYS every 2 s; nearer readings could both be the same old one. */
const betweenReadingsMs = 2200;

/** PUBLISH packets that a Mosquitto has received from its clients and sent to them. */
export interface Count {
  readonly received: number;
  /** Without those that told the witness. */
  readonly sent: number;
}

export interface Witness {
  /** Reads the counters until two readings, 2.2 s apart, are equal. */
  settled(): Promise<Count>;
}

/** Reads $SYS of a Mosquitto with sys_interval 1; one witness for a broker's whole life, because it counts itself. */
export function openWitness(url: string): Witness {
  let own = 0;
  const read = async (): Promise<Count> => {
    const before = own;
    own += 2;
    const [received, sent] = await Promise.all([readCounter(url, 'received'), readCounter(url, 'sent')]);
    return { received, sent: sent - before };
  };
  return {
    async settled() {
      let last = await read();
      for (let attempt = 0; attempt < 20; attempt++) {
        await delay(betweenReadingsMs);
        const next = await read();
        if (next.received === last.received && next.sent === last.sent) return next;
        last = next;
      }
      throw new Error(`the counters of ${url} do not settle: ${JSON.stringify(last)}`);
    },
  };
}

async function readCounter(url: string, which: 'received' | 'sent'): Promise<number> {
  const topic = `$SYS/broker/publish/messages/${which}`;
  const { stdout } = await run(program(), [...address(url), '-t', topic, '-C', '1', '-W', '5']);
  return Number(stdout.trim());
}

export interface CountingSubscriber {
  readonly count: number;
  /** Resolves once so many messages were counted. */
  until(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Retained by every Mosquitto: when it arrives, the SUBSCRIBE that it came with was granted. */
const probe = '$SYS/broker/version';

/**
 * A mosquitto_sub that counts; subscribed when the promise resolves, which costs the broker one $SYS message. `each` is told
 * the topic of every message, a space and its payload in hexadecimal.
 */
export async function countWithMosquittoSub(
  url: string,
  topicFilter: string,
  qos = 0,
  each: (line: string) => void = () => {},
): Promise<CountingSubscriber> {
  const args = [...address(url), '-t', topicFilter, '-t', probe, '-q', String(qos), '-F', '%t %x'];
  const child = spawn(program(), args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let count = 0;
  let look = (): void => {};
  const subscribed = new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`mosquitto_sub ended with code ${code}`)));
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith(`${probe} `)) resolve();
        else {
          count++;
          each(line);
        }
      }
      look();
    });
  });
  await within(subscribed, 'mosquitto_sub subscribed').catch((error) => {
    child.kill();
    throw error;
  });
  return {
    get count() {
      return count;
    },
    until(wanted) {
      const reached = new Promise<void>((resolve) => {
        look = () => {
          if (count >= wanted) resolve();
        };
        look();
      });
      return within(reached, `mosquitto_sub counts ${wanted}`);
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

function program(): string {
  const file = findProgram('mosquitto_sub');
  if (file === undefined) throw new Error('mosquitto_sub is not installed');
  return file;
}

function address(url: string): string[] {
  const { hostname, port } = new URL(url);
  return ['-h', hostname, '-p', port];
}
