import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Packet, parser } from 'mqtt-packet';
import { seeded } from './seeded.ts';

// A proxy between clients and broker, in a process of its own, that delays what passes and keeps a log: what it did is the truth.

/** `jitterMs`: so much more at most, evenly spread; within a connection the order stays. */
export type Delay = { readonly ms: number; readonly jitterMs?: number };

/** One message of the run that passed, us of CLOCK_MONOTONIC; 0: that did not pass. */
export type Passed = {
  readonly qos: number;
  readonly stream: number;
  /** As its stamp says. */
  readonly dueUs: number;
  /** Its PUBLISH came from the publisher, and was given to the first subscriber. */
  readonly inUs: number;
  outUs: number;
  /** Its PUBACK or PUBCOMP was given to the publisher. */
  ackUs: number;
};

export type ProxyLog = {
  readonly passed: readonly Passed[];
  /** How late timers rang that the process set for itself all 10 ms, ms: what this machine does to everybody on it. */
  readonly lateMs: readonly number[];
};

export interface DelayProxy {
  readonly url: string;
  readonly pid: number;
  /** What it did so far. */
  log(): Promise<ProxyLog>;
  stop(): Promise<void>;
}

type Setting = { readonly toPort: number; readonly up: Delay; readonly down: Delay };

const self = fileURLToPath(import.meta.url);

export async function startDelayProxy(toPort: number, up: Delay, down: Delay): Promise<DelayProxy> {
  const setting: Setting = { toPort, up, down };
  const child: ChildProcess = fork(self, ['serve', JSON.stringify(setting)]);
  const [port] = (await once(child, 'message')) as [number];
  return {
    url: `mqtt://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async log() {
      child.send('log');
      const [log] = (await once(child, 'message')) as [ProxyLog];
      return log;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

// The inside of that process.

const nowUs = () => Number(process.hrtime.bigint() / 1000n);
const stampBytes = 16;

class Log {
  readonly passed = new Map<string, Passed>();

  published(payload: Buffer, qos: number, inUs: number): Passed | undefined {
    if (payload.length < stampBytes) return undefined;
    const key = keyOf(payload);
    // The due time is told modulo 2^32.
    const agoUs = ((Math.floor(inUs) % 2 ** 32) - payload.readUInt32BE(12) + 2 ** 32) % 2 ** 32;
    const message = { qos, stream: payload.readUIntBE(5, 3), dueUs: inUs - agoUs, inUs, outUs: 0, ackUs: 0 };
    this.passed.set(key, message);
    return message;
  }

  delivered(payload: Buffer, outUs: number): void {
    const message = payload.length < stampBytes ? undefined : this.passed.get(keyOf(payload));
    if (message?.outUs === 0) message.outUs = outUs;
  }
}

function keyOf(payload: Buffer): string {
  return payload.toString('latin1', 0, stampBytes);
}

/** Hands on what came, in order, each chunk when its delay is over; `seen` and `given` get its packets. */
function pass(
  from: Socket,
  to: Socket,
  delayUs: () => number,
  on: { seen(packet: Packet, us: number): void; given(packet: Packet, us: number): void },
): void {
  const packets = parser();
  let complete: Packet[] = [];
  packets.on('packet', (packet) => complete.push(packet));
  const queue: { readonly chunk: Buffer; readonly packets: Packet[]; readonly dueUs: number }[] = [];
  let lastDueUs = 0;
  const release = (): void => {
    while (queue[0] !== undefined && queue[0].dueUs <= nowUs()) {
      const { chunk, packets } = queue.shift() as (typeof queue)[number];
      const us = nowUs();
      to.write(chunk);
      for (const packet of packets) on.given(packet, us);
    }
    if (queue[0] !== undefined) setTimeout(release, (queue[0].dueUs - nowUs()) / 1000);
  };
  from.on('data', (chunk) => {
    const us = nowUs();
    packets.parse(chunk);
    for (const packet of complete) on.seen(packet, us);
    lastDueUs = Math.max(lastDueUs, us + delayUs());
    queue.push({ chunk, packets: complete, dueUs: lastDueUs });
    complete = [];
    if (queue.length === 1) setTimeout(release, (lastDueUs - us) / 1000);
  });
  from.on('close', () => to.destroy());
  from.on('error', () => {});
}

function watchTimers(): number[] {
  const lateMs: number[] = [];
  const set = (): void => {
    const dueUs = nowUs() + 10_000;
    setTimeout(() => {
      lateMs.push((nowUs() - dueUs) / 1000);
      set();
    }, 10);
  };
  set();
  return lateMs;
}

function serve({ toPort, up, down }: Setting): void {
  const log = new Log();
  const random = seeded(1);
  const delayOf =
    ({ ms, jitterMs = 0 }: Delay) =>
    () =>
      ms * 1000 + random(jitterMs * 1000 + 1);
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: toPort, host: '127.0.0.1', noDelay: true });
    const awaited = new Map<number, Passed>();
    pass(near, far, delayOf(up), {
      seen(packet, us) {
        if (packet.cmd !== 'publish') return;
        const message = log.published(packet.payload as Buffer, packet.qos, us);
        if (message !== undefined && packet.messageId !== undefined) awaited.set(packet.messageId, message);
      },
      given() {},
    });
    pass(far, near, delayOf(down), {
      seen() {},
      given(packet, us) {
        if (packet.cmd === 'publish') log.delivered(packet.payload as Buffer, us);
        if (packet.cmd !== 'puback' && packet.cmd !== 'pubcomp') return;
        const message = awaited.get(packet.messageId ?? 0);
        if (message !== undefined) message.ackUs = us;
      },
    });
  });
  const lateMs = watchTimers();
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('message', () => process.send?.({ passed: [...log.passed.values()], lateMs } satisfies ProxyLog));
  process.on('disconnect', () => process.exit());
}

const [, program, word, setting = ''] = process.argv;
if (program === self && word === 'serve') serve(JSON.parse(setting) as Setting);
