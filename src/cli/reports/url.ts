import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import type { Reporter } from '../../reporters/reporter.ts';
import type { ReportTarget } from '../run-options.ts';
import { nameOf, type Place, plainOutput } from './place.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const attempts = 5;
const firstPauseMs = 250;
const answerWithinMs = 10_000;
/** After the run, for all that is left: until when it is tried again, and until when an answer is waited for. */
const lastTriesMs = 4_000;
const lastWordsMs = 8_000;
const mostPendingBytes = 16 * 1024 * 1024;

/** Posts what a reporter writes: what one turn of the event loop wrote is one request, and requests follow each other. */
export function urlPlace(target: ReportTarget, url: URL, env: Environment, triesMs = lastTriesMs): Place {
  const post = new Post(url, triesMs);
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      post.add(chunk);
      // At once: nobody waits for a server, the load least of all.
      done();
    },
  });
  return {
    output: plainOutput(stream),
    async begin(reporter) {
      post.introduce(reporter, env);
    },
    async publish(signal) {
      await post.finish(signal);
      const { failure, lostBytes } = post;
      if (failure === undefined) return;
      const hint = `${lostBytes.toLocaleString('en-US')} bytes did not arrive there`;
      throw new UserError(`${nameOf(target)}: cannot be written`, { hint, cause: failure });
    },
    discard: () => post.giveUp(),
  };
}

/** Tries a little, and never blocks: what cannot be delivered is counted. */
class Post {
  readonly #url: URL;
  readonly #headers: Record<string, string> = {};
  readonly #leaving = new AbortController();
  readonly #triesMs: number;
  /** By performance.now(); as long as the run goes on there is time. */
  #triesUntilMs = Number.POSITIVE_INFINITY;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #sending: Promise<void> | undefined;
  /** No use in asking again. */
  #refused = false;
  /** The first reason. */
  failure: Error | undefined;
  lostBytes = 0;

  constructor(url: URL, triesMs: number) {
    this.#triesMs = triesMs;
    this.#url = new URL(url);
    const { username, password } = url;
    if (username === '' && password === '') return;
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    this.#url.username = '';
    this.#url.password = '';
  }

  introduce({ mediaType = 'text/plain; charset=utf-8', token }: Reporter, env: Environment): void {
    this.#headers['content-type'] = mediaType;
    const value = token === undefined ? undefined : env[token.variable];
    if (token !== undefined && value !== undefined && value !== '')
      this.#headers['authorization'] ??= `${token.scheme} ${value}`;
  }

  add(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    while (this.#pendingBytes > mostPendingBytes && this.#pending.length > 1) {
      const [oldest] = this.#pending.splice(0, 1);
      this.#pendingBytes -= oldest?.length ?? 0;
      this.#lose(oldest?.length ?? 0, new Error('the server was too slow'));
    }
    this.#sending ??= new Promise((resolve) => setImmediate(resolve)).then(() => this.#send());
  }

  async finish(signal: AbortSignal): Promise<void> {
    this.#triesUntilMs = performance.now() + this.#triesMs;
    const leave = () => this.giveUp();
    const timer = setTimeout(leave, lastWordsMs);
    if (signal.aborted) setTimeout(leave, lastWordsMs / 4).unref();
    signal.addEventListener('abort', leave);
    await this.#sending;
    signal.removeEventListener('abort', leave);
    clearTimeout(timer);
  }

  giveUp(): void {
    this.#leaving.abort();
  }

  async #send(): Promise<void> {
    while (this.#pending.length > 0) {
      const body = Buffer.concat(this.#pending.splice(0));
      this.#pendingBytes = 0;
      const failure = this.#refused ? this.failure : await this.#try(body);
      if (failure !== undefined) this.#lose(body.length, failure);
    }
    this.#sending = undefined;
  }

  #lose(bytes: number, why: Error): void {
    this.failure ??= why;
    this.lostBytes += bytes;
  }

  async #try(body: Buffer): Promise<Error | undefined> {
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#once(body);
      if (failure === undefined || this.#refused || attempt === attempts || this.#leaving.signal.aborted)
        return failure;
      const pauseMs = firstPauseMs * 2 ** (attempt - 1);
      if (performance.now() + pauseMs > this.#triesUntilMs) return failure;
      await delay(pauseMs, undefined, { signal: this.#leaving.signal }).catch(() => {});
    }
  }

  async #once(body: Buffer): Promise<Error | undefined> {
    try {
      const signal = AbortSignal.any([this.#leaving.signal, AbortSignal.timeout(answerWithinMs)]);
      const request = { method: 'POST', headers: this.#headers, body, redirect: 'manual', signal } as const;
      const response = await fetch(this.#url, request);
      const text = await response.text();
      if (response.ok) return undefined;
      // Too many requests pass, as errors of the server may; all others stay what they are.
      this.#refused = response.status < 500 && response.status !== 429;
      const says = text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
      return new Error(`the server answers ${response.status} ${response.statusText}${says === '' ? '' : `: ${says}`}`);
    } catch (error) {
      return reasonOf(error);
    }
  }
}

/** What fetch hides behind "fetch failed". */
function reasonOf(error: unknown): Error {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return new Error(`no answer within ${answerWithinMs / 1000} s`);
  if (name === 'AbortError') return new Error('no answer before the end');
  const reason = cause instanceof AggregateError ? (cause.errors[0] as Error) : cause;
  return reason instanceof Error ? reason : new Error(message);
}
