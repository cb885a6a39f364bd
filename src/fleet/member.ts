/** Cost: a publish or receipt passes through without a step of its own; connecting is cold. */
import { noTimeUs } from '../base/clock.ts';
import type { Client, ClientListener, Filter, Incoming, OpenClient, Session, Welcome } from '../clients/client.ts';
import { changes, forbids } from '../clients/limits.ts';
import { sessionIs } from '../metrics/breaks.ts';
import type { Cell } from '../metrics/recorder.ts';
import type { Absence } from '../metrics/snapshot.ts';
import type { Qos } from '../mqtt/packets.ts';
import type { GroupPlan } from '../plan/plan.ts';
import type { Identity } from '../workloads/workload.ts';
import { ConnectionCounts } from './connection-counts.ts';
import type { Drive } from './drive.ts';
import { KeptSession } from './kept-session.ts';
import { Presence } from './presence.ts';
import { backOffMs } from './reconnect.ts';
import { numbered, type Stream } from './stream.ts';
import { Subscriptions } from './subscriptions.ts';

/** What a member asks of its fleet. */
export interface Host {
  readonly seed: number;
  /** The run is being ended: what closes now is no loss. */
  readonly ending: boolean;
  clock(): number;
  /** Counts what came, by the ledger. */
  received(member: Member, message: Incoming): void;
  /** Waits for its turn to open, from `atUs` on; `leave` gives the turn back. */
  queue(member: Member, atUs: number): void;
  /** CONNACK, for the first time. */
  connected(atUs: number): void;
  /** Ready, or gone for good, for the first time. */
  settled(member: Member): void;
  /** Waits for its turn to have its session removed, which goes as with `queue`. */
  remove(member: Member): void;
  /** For the time line: told once a thread for each text. */
  note(text: string): void;
  cell(member: Member, qos?: Qos): Cell;
}

export type MemberSetting = {
  readonly number: number;
  readonly who: Identity;
  readonly group: GroupPlan;
  /** What the time line calls it: its group, and its broker where there are several. */
  readonly place: string;
  readonly session: Session;
  readonly sharesId?: boolean;
  /** Everything it subscribes to, with the job that asks for it. */
  readonly subscriptions: readonly (readonly [job: number, filter: Filter])[];
};

type State = 'waiting' | 'opening' | 'connected' | 'ready' | 'leaving' | 'gone';

/** One client in its place: connecting, subscribing, coming back; everything that happens to it is counted here. */
export class Member implements ClientListener {
  readonly number: number;
  readonly who: Identity;
  readonly group: GroupPlan;
  readonly client: Client;
  readonly subscriptions: Subscriptions;
  readonly streams: { readonly stream: Stream; readonly drive: Drive }[] = [];
  readonly presence: Presence;
  /** Has been ready once, or is gone for good. */
  settled = false;
  readonly #place: string;
  readonly #host: Host;
  readonly #cell: Cell;
  readonly #counts: ConnectionCounts;
  readonly #cells: (Cell | undefined)[] = [];
  readonly #settings: Session;
  readonly #session: KeptSession;
  /** There is a connection, or one is being opened. */
  #open = false;
  #state: State = 'waiting';
  #dueUs = noTimeUs;
  #attempts = 0;
  #leave: (() => void) | null = null;

  constructor(setting: MemberSetting, open: OpenClient, host: Host) {
    this.number = setting.number;
    this.who = setting.who;
    this.group = setting.group;
    this.#place = setting.place;
    this.#host = host;
    this.#cell = host.cell(this);
    this.#counts = new ConnectionCounts(this.#cell, this.who.clientId, this.streams);
    this.presence = new Presence(this.#cell, setting);
    this.subscriptions = new Subscriptions(setting.subscriptions, this.#cell);
    this.#settings = setting.session;
    this.#session = new KeptSession(setting.group, this.#cell);
    this.client = open(setting.session, this);
    this.#cell.gauges.clients_waiting++;
  }

  /** Connected, and every SUBSCRIBE answered. */
  get ready(): boolean {
    return this.#state === 'ready';
  }

  get gone(): boolean {
    return this.#state === 'gone';
  }

  cellOf(qos: Qos): Cell {
    this.#cells[qos] ??= this.#host.cell(this, qos);
    return this.#cells[qos] as Cell;
  }

  /** The ramp says so; connect_time counts from here. */
  due(dueUs: number): void {
    this.#dueUs = dueUs;
    this.#host.queue(this, dueUs);
  }

  open(leave: () => void): void {
    if (this.#state !== 'waiting') {
      leave();
      return;
    }
    this.#leave = leave;
    this.#enter('opening');
    this.#open = true;
    this.client.connect();
  }

  #enter(state: State): void {
    const { gauges } = this.#cell;
    const waits = (one: State) => one === 'waiting' || one === 'opening';
    const connected = (one: State) => one === 'connected' || one === 'ready';
    gauges.clients_waiting += Number(waits(state)) - Number(waits(this.#state));
    gauges.clients_connected += Number(connected(state)) - Number(connected(this.#state));
    this.#state = state;
  }

  connected(welcome: Welcome): void {
    const [refusal] = this.streams.flatMap(({ stream }) => forbids(welcome.limits, stream) ?? []);
    if (this.#state === 'leaving') {
      this.#session.removed();
      this.client.disconnect();
    } else if (refusal !== undefined) this.client.destroy(refusal.cause, refusal.detail);
    else this.#begin(welcome);
  }

  #begin(welcome: Welcome): void {
    const { limits } = welcome;
    for (const change of changes(limits, this.#settings))
      this.#host.note(`${this.#place}: the broker grants ${change}`);
    this.#turnOver();
    this.#enter('connected');
    this.#attempts = 0;
    const nowUs = this.#host.clock();
    this.#counts.made(welcome, nowUs, this.#dueUs, this.presence.lostUs);
    if (this.presence.lostUs === 0) this.#host.connected(nowUs);
    this.#session.begun(limits);
    const session = this.#session.found(this.presence.lostUs !== 0, welcome.sessionPresent);
    this.presence.connected(nowUs, welcome.openedUs, session);
    // Where the session is still there, its subscriptions are [MQTT-3.1.2-5].
    const subscribed = session === sessionIs.present && this.subscriptions.settled;
    const filters = subscribed ? [] : this.subscriptions.ask(limits);
    if (filters.length > 0) this.client.subscribe(filters);
    else this.#becomeReady();
  }

  subscribed(reasonCodes: Uint8Array | readonly number[], writtenUs: number): void {
    const nowUs = this.#host.clock();
    this.#cell.run.times.subscribe_time.record(nowUs - writtenUs);
    this.subscriptions.answered(reasonCodes, nowUs);
    this.#becomeReady();
  }

  #becomeReady(): void {
    if (this.#state !== 'connected') return;
    this.#enter('ready');
    this.presence.ready(this.#host.clock());
    this.#settle();
    this.writable();
  }

  #settle(): void {
    if (this.settled) return;
    this.settled = true;
    this.#host.settled(this);
  }

  closed(cause: string, detail?: string): void {
    const wasConnected = this.#state === 'connected' || this.#state === 'ready';
    this.#open = false;
    this.#turnOver();
    this.alive(this.presence.acknowledgedUs);
    if (wasConnected) this.#counts.over(this.#host.clock(), !this.#host.ending);
    if (this.#host.ending || this.#state === 'gone') {
      if (wasConnected && cause === 'ended') this.#session.ended();
      this.#depart();
      return;
    }
    if (wasConnected) this.presence.lost(this.#host.clock(), cause);
    this.#host.note(`${this.#place}: ${this.#counts.failed(wasConnected, cause, detail)}`);
    const failed = ++this.#attempts - Number(this.presence.lostUs !== 0);
    const waitMs = backOffMs(this.group.reconnect, { attempt: this.#attempts, failed }, this.#host.seed, this.number);
    if (waitMs === null) this.giveUp();
    else {
      this.#enter('waiting');
      this.#host.queue(this, this.#host.clock() + Math.round(waitMs * 1000));
    }
  }

  #turnOver(): void {
    this.#leave?.();
    this.#leave = null;
  }

  /** No further attempt, and one that is open has taken too long; what it owes is dropped. */
  giveUp(): void {
    if (this.#state === 'gone') return;
    if (this.#open && this.#state === 'opening')
      this.#host.note(`${this.#place}: ${this.#counts.failed(false, this.client.timeoutCause)}`);
    this.#enter('gone');
    this.client.destroy();
    this.client.abandon();
    this.presence.gone(this.#host.clock());
    this.#settle();
  }

  /** Disconnects, or breaks off what is opening; a session that shall not stay on the broker is removed. */
  end(): void {
    this.subscriptions.end(this.ready);
    if (this.client.connected) this.client.disconnect(this.#session.removable);
    else if (this.#open) this.client.destroy();
    else this.#depart();
  }

  /** Goes for good; where its session is still there, after one more connection that removes it. */
  #depart(): void {
    this.client.abandon();
    this.#settle();
    const removes = this.#host.ending && this.#state !== 'leaving' && this.#session.removable;
    this.#enter(removes ? 'leaving' : 'gone');
    if (removes) this.#host.remove(this);
  }

  /** With CleanSession (MQTT 3) or Clean Start and no expiry (MQTT 5) [MQTT-3.1.2-4, MQTT-3.1.2-6]. */
  removeSession(leave: () => void): void {
    this.#leave = leave;
    this.#open = true;
    this.client.connect(true);
  }

  /** What the run must not expect of it: all of it where it is not there, else what SUBACK did not grant. */
  absences(): Absence[] {
    const { group, index } = this.who;
    if (this.#state === 'gone') return [{ group, index, job: -1, granted: 128 }];
    return this.subscriptions.absences(this.who);
  }

  /** Bytes since the last call go to the counters. */
  countBytes(): void {
    this.#counts.bytes(this.client);
  }

  writable(): void {
    for (const { stream, drive } of this.streams) drive.resume({ member: this, stream }, this.#host.clock);
  }

  /** What comes while it is not subscribed says nothing of the messages that it misses. */
  alive(atUs: number): void {
    if (this.ready) this.subscriptions.heard(atUs);
  }

  received(message: Incoming): void {
    this.#host.received(this, message);
  }

  acknowledged(
    stream: number,
    code: number,
    dueUs: number,
    writtenUs: number,
    pubrecUs: number,
    sequence: number,
  ): void {
    const nowUs = this.#host.clock();
    if (code < 0x80) this.presence.acknowledged(nowUs);
    numbered(this.streams, stream)?.acknowledged(code, dueUs, writtenUs, pubrecUs, nowUs, sequence);
  }

  abandoned(stream: number, dueUs: number, sequence: number): void {
    if (!this.#host.ending) this.presence.abandoned();
    numbered(this.streams, stream)?.abandoned(dueUs, !this.#host.ending, sequence);
  }

  resent(stream: number, dueUs: number): void {
    numbered(this.streams, stream)?.resent(dueUs);
  }

  forbidden(stream: number, dueUs: number, cause: string): void {
    numbered(this.streams, stream)?.forbidden(dueUs, cause);
  }
}
