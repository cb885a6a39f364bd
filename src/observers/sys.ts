import { z } from 'zod';
import { nowUs } from '../base/clock.ts';
import { formatDuration } from '../base/units.ts';
import type { Client, ClientListener, Incoming } from '../clients/client.ts';
import { clients } from '../clients/index.ts';
import { schemeOf } from '../transports/address.ts';
import type { Observation, Observer, ObserverKind, WatchContext, Watched } from './observer.ts';
import { Board } from './sys/board.ts';
import { Rounds } from './sys/rounds.ts';
import { sysFilters } from './sys/topics.ts';

const checkMs = 50;
/** Brokers keep something below $SYS retained, so it comes at once. */
const silenceMs = 1500;
/** Mosquitto 2.0.11 forgets a count that has not changed for a minute, and tells it again when it changes. */
const nudgeMs = 300;
const nudgeTopic = 'mqtt-stress/observer';
/** A broker that renews $SYS more rarely is not waited for. */
const defaultPatienceMs = 15_000;
const mostRounds = 4;
const refused = 0x80;

/** Reads what a broker publishes of itself below $SYS, by a connection of its own. */
class SysObserver implements Observer, ClientListener {
  readonly #broker: Watched;
  readonly #context: WatchContext;
  readonly #patienceMs: number;
  readonly #board = new Board();
  readonly #rounds: Rounds;
  readonly #notes: string[] = [];
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #awaited: { readonly over: () => boolean; readonly resolve: () => void } | null = null;
  #subscribedUs = 0;
  #firstUs = 0;
  #closedUs = 0;
  #nudged = false;
  /** Nothing more will come, or nothing that could be compared. */
  #whole = true;
  #over = false;

  constructor(broker: Watched, context: WatchContext) {
    this.#broker = broker;
    this.#context = context;
    this.#rounds = new Rounds(context.others);
    this.#patienceMs = context.patienceMs ?? defaultPatienceMs;
  }

  async begin(signal: AbortSignal): Promise<void> {
    const { target, username, password } = this.#broker;
    const open = await clients.wire([schemeOf(target.url)]);
    const session = {
      clientId: `observer-${this.#context.tag}`,
      target,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      protocol: this.#context.protocol,
      cleanStart: true,
      resumes: false,
      // A ping would be one more packet among those that are counted; what the broker tells keeps the connection alive.
      keepAliveS: 0,
      inFlight: 1,
      connectTimeoutMs: 10_000,
    };
    this.#client = open(session, this);
    this.#client.connect();
    this.#timer = setInterval(() => this.#check(nowUs()), checkMs);
    const late = () => this.#subscribedUs > 0 && nowUs() > this.#subscribedUs + this.#patienceMs * 1000;
    await this.#until(() => signal.aborted || !this.#whole || this.#ready() || late());
    if (this.#whole && !this.#ready())
      this.#giveUp(signal.aborted ? 'stopped before the first reading' : tooSlow(this.#patienceMs));
    this.#rounds.begin();
  }

  /** The counts of before the run are known, or those that a second round has not brought never will be. */
  #ready(): boolean {
    return this.#rounds.count >= (this.#board.has('messagesReceived') ? 1 : 2);
  }

  async end(signal: AbortSignal): Promise<Observation> {
    const rounds = this.#rounds;
    if (this.#whole) {
      const endUs = nowUs();
      const late = () => nowUs() > Math.max(endUs, rounds.lastUs) + this.#patienceMs * 1000;
      const settled = () => rounds.settled(endUs) || rounds.since(endUs) >= mostRounds;
      await this.#until(() => signal.aborted || !this.#whole || settled() || late());
      if (this.#whole && !rounds.settled(endUs)) {
        if (rounds.since(endUs) >= mostRounds) this.#notes.push(moving);
        else this.#giveUp('its counters were not read again after the run, so they are not compared');
      }
    }
    this.#over = true;
    clearInterval(this.#timer);
    this.#client?.disconnect();
    // A broker that hangs does not close the connection.
    setTimeout(() => this.#client?.destroy(), 1000).unref();
    return {
      broker: this.#broker.name,
      observer: '$SYS',
      source: this.#source(),
      samples: rounds.samples,
      whole: this.#whole,
      uncounted: this.#board.dialect?.uncounted(this.#board.version) ?? [],
      notes: this.#notes,
    };
  }

  #source(): string {
    const { version } = this.#board;
    const every = this.#rounds.intervalMs;
    const often = every === undefined ? '' : `, renewed every ${formatDuration(Math.round(every / 100) * 100)}`;
    return `$SYS${version === '' ? '' : ` of ${version}`}${often}`;
  }

  #giveUp(why: string): void {
    this.#whole = false;
    this.#notes.push(why);
  }

  #until(over: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { over, resolve };
      this.#check(nowUs());
    });
  }

  #check(now: number): void {
    this.#client?.check(now);
    if (this.#closedUs > 0 && now - this.#closedUs > 1_000_000 && !this.#over) {
      this.#closedUs = 0;
      this.#client?.connect();
    }
    this.#rounds.check(now, () => this.#board.values());
    if (this.#firstUs === 0 && this.#subscribedUs > 0 && now - this.#subscribedUs > silenceMs * 1000) this.#silent();
    if (!this.#nudged && this.#firstUs > 0 && now - this.#firstUs > nudgeMs * 1000) this.#nudge(now);
    if (this.#awaited?.over()) {
      this.#awaited.resolve();
      this.#awaited = null;
    }
  }

  /** One message of our own before the run makes the broker tell what it has forgotten. */
  #nudge(now: number): void {
    this.#nudged = true;
    if (!this.#board.dialect?.sparse || this.#board.has('messagesReceived')) return;
    const message = { topicName: nudgeTopic, payload: new Uint8Array(0), qos: 0, retain: false, stream: 0 } as const;
    this.#client?.publish({ ...message, sequence: 0, memo: null }, now, now);
    this.#client?.flush();
  }

  #silent(): void {
    this.#firstUs = -1;
    this.#giveUp(silent);
  }

  connected(): void {
    this.#client?.subscribe(sysFilters.map((topicFilter) => ({ topicFilter, qos: 0 })));
  }

  closed(cause: string, detail?: string): void {
    if (this.#over) return;
    this.#closedUs = nowUs();
    if (!this.#whole) return;
    const why = `${cause}${detail === undefined ? '' : ` (${detail})`}`;
    this.#giveUp(this.#subscribedUs === 0 ? `it could not connect: ${why}` : `it lost its connection: ${why}`);
  }

  subscribed(reasonCodes: Uint8Array | readonly number[]): void {
    if (reasonCodes.every((code) => code >= refused) && this.#whole) this.#giveUp(noEntry);
    else if (this.#subscribedUs === 0) this.#subscribedUs = nowUs();
  }

  received({ bytes, topicStart, topicEnd, payloadStart, payloadEnd, retain, receivedUs }: Incoming): void {
    if (this.#firstUs === 0) this.#firstUs = receivedUs;
    const topic = bytes.toString('utf8', topicStart, topicEnd);
    const payload = bytes.toString('utf8', payloadStart, payloadEnd);
    const begins = this.#board.hear(topic, payload, packetBytes(payloadEnd - topicStart + 2));
    // What is retained is of some round before.
    this.#rounds.heard(receivedUs, begins && !retain, () => this.#board.values());
  }

  acknowledged(): void {}
  abandoned(): void {}
  resent(): void {}
  forbidden(): void {}
  alive(): void {}
  writable(): void {}
}

/** With its fixed header: the type, and the remaining length in groups of seven bits [MQTT-2.2.3]. */
function packetBytes(remainingLength: number): number {
  return remainingLength + (remainingLength < 128 ? 2 : remainingLength < 16_384 ? 3 : 4);
}

const tooSlow = (ms: number) =>
  `the broker did not renew $SYS within ${formatDuration(ms)} before the run, so what it counted is not compared: lower its interval ` +
  '(Mosquitto: sys_interval)';
const moving = `after the run its counters did not come to rest within ${mostRounds} rounds of $SYS: others use the broker too`;
const silent =
  'the broker publishes nothing below $SYS that is known here (Mosquitto: sys_interval 0, or an ACL; Mosquitto and EMQX are known)';
const noEntry = 'the broker refuses subscriptions below $SYS: an ACL must allow them to the user of the broker entry';

export const sys: ObserverKind<'$SYS'> = {
  options: z
    .literal('$SYS', 'must be $SYS')
    .describe('What the broker publishes of itself: its own counts beside ours.'),
  waits: true,
  connects: true,
  open: (broker, _options, context) => new SysObserver(broker, context),
  describe: () =>
    `$SYS by a connection of its own: the load waits for its first reading, at most ${formatDuration(defaultPatienceMs)}`,
};
