import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import { formatDuration } from '../../base/units.ts';
import type { Reporter } from '../../reporters/reporter.ts';
import type { ReportTarget } from '../run-options.ts';
import { nameOf, nowhere, type Place, plainOutput } from './place.ts';

export type Address = { readonly host: string; readonly port: number };

/** `:9100`, `127.0.0.1:9100`, `localhost:9100`, `[::1]:9100`; a path of files has a slash, or no port. Nobody else is let in by default. */
export function parseAddress(text: string): Address | undefined {
  const [, ipv6, name = '', port = ''] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]*)):(\d{1,5})$/i.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) return undefined;
  return { host: ipv6 ?? (name === '' ? '127.0.0.1' : name), port: Number(port) };
}

const longestGraceMs = 30_000;
/** Who comes more seldom comes by hand. */
const longestPauseMs = 60_000;

/** A page that is served from before the run until it is over, and until those who come regularly have seen the end of it. */
export function addressPlace(target: ReportTarget, address: Address, say: (text: string) => void): Place {
  const name = nameOf(target);
  const scrapes = new Scrapes();
  let reporter: Reporter | undefined;
  const server = createServer((request, response) => {
    const { isPage } = answer(request, response, reporter);
    if (isPage && request.method === 'GET') response.once('finish', () => scrapes.came());
  });
  return {
    output: plainOutput(nowhere()),
    async begin(given) {
      if (given.page === undefined) {
        const hint = `reports of this kind go to a file, or are sent to a url; a file of that name is ./${target.path}`;
        throw new UserError(`${name}: this report cannot be read at an address`, { hint });
      }
      reporter = given;
      server.listen(address.port, address.host);
      await once(server, 'listening').catch((error: unknown) => {
        throw notListening(name, address, error);
      });
      say(`${target.kind}: http://${hostAndPort(server.address() as AddressInfo)}/metrics`);
    },
    async publish(signal) {
      const graceMs = signal.aborted ? 0 : scrapes.graceMs;
      if (graceMs > 1000)
        say(`${name}: waits for the last scrape, at most ${formatDuration(Math.round(graceMs / 1000) * 1000)}`);
      if (graceMs > 0)
        await Promise.race([scrapes.next(), delay(graceMs, undefined, { signal, ref: true }).catch(() => {})]);
      close();
    },
    discard: close,
  };

  function close(): void {
    server.close();
    server.closeIdleConnections();
    setImmediate(() => server.closeAllConnections()).unref();
  }
}

/** When somebody came for the page, and how long it took at most until they came again. */
class Scrapes {
  #longestMs = 0;
  #lastMs: number | undefined;
  #wake: (() => void)[] = [];

  came(): void {
    const nowMs = performance.now();
    if (this.#lastMs !== undefined) this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** In which whoever comes regularly will come once more. */
  get graceMs(): number {
    return this.#longestMs > longestPauseMs ? 0 : Math.min(longestGraceMs, 1.5 * this.#longestMs);
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}

type Answer = { readonly status: number; readonly text: string; readonly type?: string; readonly isPage?: true };

function answer(request: IncomingMessage, response: ServerResponse, reporter: Reporter | undefined): Answer {
  const told = answerTo(request, reporter);
  const { status, text, type = 'text/plain; charset=utf-8' } = told;
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
  return told;
}

function answerTo({ method = '', url = '' }: IncomingMessage, reporter: Reporter | undefined): Answer {
  const path = url.replace(/\?.*$/s, '');
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'only GET and HEAD\n' };
  if (path === '/') return { status: 200, text: 'mqtt-stress: the metrics are at /metrics\n' };
  if (path !== '/metrics' || reporter?.page === undefined)
    return { status: 404, text: 'the metrics are at /metrics\n' };
  try {
    const { page, mediaType: type } = reporter;
    return { status: 200, text: page(), isPage: true, ...(type !== undefined && { type }) };
  } catch (error) {
    // The run goes on; whoever scrapes it sees that it is not as it should be.
    return { status: 500, text: `a bug of mqtt-stress: ${error instanceof Error ? error.stack : String(error)}\n` };
  }
}

function hostAndPort({ address, family, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function notListening(name: string, { host, port }: Address, cause: unknown): UserError {
  const { code } = cause as NodeJS.ErrnoException;
  const hints: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} is taken: end what listens there, or give another one; :0 takes a free one`,
    EACCES: `ports below 1024 are for root: give another one, as :9100`,
    EADDRNOTAVAIL: `${host} is no address of this machine: 127.0.0.1 is, and 0.0.0.0 stands for all of them`,
    ENOTFOUND: `${host} is no known host: 127.0.0.1 is this one`,
  };
  const hint = hints[code ?? ''];
  return new UserError(`${name}: cannot listen on ${host}:${port}`, { cause, ...(hint !== undefined && { hint }) });
}
