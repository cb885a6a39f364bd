import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from './wait-for.ts';

/** Something that listens and is no MQTT broker. */
export interface Foreign {
  readonly url: string;
  stop(): Promise<void> | void;
}

async function listening(server: Server): Promise<Foreign> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Accepts, and never says a word. */
export function startSilent(): Promise<Foreign> {
  return listening(createServer());
}

/** Greets whoever comes, as SSH does. */
export function startGreeting(text: string): Promise<Foreign> {
  return listening(createServer((socket) => socket.write(text)));
}

/** Answers whatever it is told, as TLS does with an alert. */
export function startAnswering(bytes: Uint8Array): Promise<Foreign> {
  return listening(createServer((socket) => socket.on('data', () => socket.end(bytes))));
}

export function startHttp(): Promise<Foreign> {
  return listening(createHttpServer((_, response) => response.end('hello')));
}

/** Listens with room for one who waits, tells its port, and never runs again. */
const blocked = `
const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, String(server.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** A port whose backlog is full: what is sent to it is dropped without an answer, as by a firewall. */
export async function startDropping(): Promise<Foreign> {
  const child = spawn(process.execPath, ['-e', blocked], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text.toString());
  const fillers: Socket[] = [];
  let open = 0;
  await waitFor(async () => {
    const before = open;
    const filler = connect({ port, host: '127.0.0.1' }, () => open++).on('error', () => {});
    fillers.push(filler);
    // That nothing comes has no event of its own.
    await delay(250);
    return open === before;
  }, 'a full backlog');
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async stop() {
      for (const filler of fillers) filler.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
