import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { nowUs } from '../../src/base/clock.ts';
import { reset } from './reset.ts';

/** One chunk on its way. */
export interface Passage {
  readonly direction: 'up' | 'down';
  readonly bytes: number;
  readonly dueMs: number;
  /** NaN while it waits. */
  writtenMs: number;
}

export interface Proxy {
  readonly url: string;
  readonly port: number;
  /** Every chunk so far: what the proxy itself did wrong can be subtracted. */
  readonly log: readonly Passage[];
  /** The worst delay beyond the one asked for. */
  worstLateMs(): number;
  /** How many connections were asked of it so far. */
  readonly connections: number;
  /** When each of them was accepted, us of the monotonic clock. */
  readonly acceptedUs: readonly number[];
  /** From now on; what has come already keeps the delay that it had, and nothing overtakes it. */
  setDelay(delayMs: Delay): void;
  /** Resets so many of the open connections, the oldest first. */
  drop(count: number): void;
  /** Resets every connection; new ones are accepted. */
  dropAll(): void;
  stop(): Promise<void>;
}

/** One number: the same both ways. `up` is towards the broker. */
export type Delay = number | { readonly up: number; readonly down: number };

/** Passes bytes on exactly `delayMs` after they came, in each direction, in order. */
export async function startProxy(toPort: number, delayMs: Delay): Promise<Proxy> {
  let delay = bothWays(delayMs);
  const log: Passage[] = [];
  const sockets = new Set<Socket>();
  const open = new Set<Socket>();
  const acceptedUs: number[] = [];
  const server = createServer({ noDelay: true }, (near) => {
    acceptedUs.push(nowUs());
    open.add(near);
    near.once('close', () => open.delete(near));
    const far = connect({ port: toPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    }
    pass(near, far, 'up', () => delay.up, log);
    pass(far, near, 'down', () => delay.down, log);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dropAll = (): void => {
    for (const socket of sockets) reset(socket);
  };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    log,
    get connections() {
      return acceptedUs.length;
    },
    acceptedUs,
    setDelay(later) {
      delay = bothWays(later);
    },
    drop(count) {
      for (const near of [...open].slice(0, count)) reset(near);
    },
    worstLateMs: () => log.reduce((worst, { dueMs, writtenMs }) => Math.max(worst, (writtenMs || 0) - dueMs), 0),
    dropAll,
    async stop() {
      dropAll();
      server.close();
      await once(server, 'close');
    },
  };
}

function bothWays(delay: Delay): { up: number; down: number } {
  return typeof delay === 'number' ? { up: delay, down: delay } : { ...delay };
}

/** A queue of what is due when; a null chunk is the end of the stream. */
function pass(from: Socket, to: Socket, direction: Passage['direction'], delayMs: () => number, log: Passage[]): void {
  const queue: { chunk: Buffer | null; passage: Passage }[] = [];
  let waiting = false;
  const release = (): void => {
    waiting = false;
    const now = performance.now();
    while (queue[0] !== undefined && queue[0].passage.dueMs <= now) {
      const { chunk, passage } = queue.shift() as (typeof queue)[number];
      passage.writtenMs = now;
      if (chunk === null) to.end();
      else to.write(chunk);
    }
    wait();
  };
  const wait = (): void => {
    if (waiting || queue[0] === undefined) return;
    waiting = true;
    const leftMs = queue[0].passage.dueMs - performance.now();
    // Timers fire up to 1 ms late, so the last stretch is polled.
    if (leftMs > 2) setTimeout(release, leftMs - 2);
    else setImmediate(release);
  };
  const take = (chunk: Buffer | null): void => {
    const dueMs = performance.now() + delayMs();
    const passage = { direction, bytes: chunk?.length ?? 0, dueMs, writtenMs: Number.NaN };
    log.push(passage);
    queue.push({ chunk, passage });
    wait();
  };
  from.on('data', take);
  from.on('end', () => take(null));
  from.on('close', (failed) => {
    if (failed) to.destroy();
  });
}
