/** Cost: a publish or receipt passes through without a step of its own; connecting is cold. */
import { reasonName } from '../clients/causes.ts';
import type { Client, ClientListener, Filter, Incoming, OpenClient, Session } from '../clients/client.ts';
import type { Cell } from '../metrics/recorder.ts';
import type { Absence } from '../metrics/snapshot.ts';
import type { Qos } from '../mqtt/packets.ts';
import type { GroupPlan } from '../plan/plan.ts';
import type { Identity } from '../workloads/workload.ts';
import type { Drive } from './drive.ts';
import { backOffMs } from './reconnect.ts';
import type { Stream } from './stream.ts';

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
  /** Everything it subscribes to, with the job that asks for it. */
  readonly subscriptions: readonly (readonly [job: number, filter: Filter])[];
};

type State = 'waiting' | 'opening' | 'connected' | 'ready' | 'gone';

/** One client in its place: connecting, subscribing, coming back; everything that happens to it is counted here. */
export class Member implements ClientListener {
  readonly number: number;
  readonly who: Identity;
  readonly group: GroupPlan;
  readonly client: Client;
  readonly filters: readonly Filter[];
  /** What SUBACK granted for each filter; 128 and above: refused. */
  granted: readonly number[] = [];
  readonly streams: { readonly stream: Stream; readonly drive: Drive }[] = [];
  /** Has been ready once, or is gone for good. */
  settled = false;
  readonly #jobs: readonly number[];
  readonly #place: string;
  readonly #host: Host;
  readonly #cell: Cell;
  readonly #cells: (Cell | undefined)[] = [];
  #state: State = 'waiting';
  #dueUs = 0;
  /** When the connection was lost; 0: it has not been connected yet. */
  #lostUs = 0;
  #attempts = 0;
  #leave: (() => void) | null = null;
  #bytesSent = 0;
  #bytesReceived = 0;

  constructor(setting: MemberSetting, open: OpenClient, host: Host) {
    this.number = setting.number;
    this.who = setting.who;
    this.group = setting.group;
    this.#place = setting.place;
    this.filters = setting.subscriptions.map(([, filter]) => filter);
    this.#jobs = setting.subscriptions.map(([job]) => job);
    this.#host = host;
    this.#cell = host.cell(this);
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
    let cell = this.#cells[qos];
    if (cell === undefined) {
      cell = this.#host.cell(this, qos);
      this.#cells[qos] = cell;
    }
    return cell;
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

  connected(_sessionPresent: boolean, openedUs: number): void {
    const nowUs = this.#host.clock();
    const { counts, times } = this.#cell.run;
    this.#turnOver();
    this.#enter('connected');
    this.#attempts = 0;
    counts.connects++;
    times.connect_service_time.record(nowUs - openedUs);
    if (this.#lostUs === 0) {
      times.connect_time.record(nowUs - this.#dueUs);
      this.#host.connected(nowUs);
    } else {
      counts.reconnects++;
      times.reconnect_time.record(nowUs - this.#lostUs);
    }
    if (this.filters.length > 0) this.client.subscribe(this.filters);
    else this.#becomeReady();
  }

  subscribed(reasonCodes: Uint8Array | readonly number[], writtenUs: number): void {
    const tally = this.#cell.run;
    tally.times.subscribe_time.record(this.#host.clock() - writtenUs);
    this.granted = [...reasonCodes];
    for (const code of reasonCodes) {
      if (code < 0x80) tally.counts.subscribes++;
      else tally.cause('subscribe_errors', reasonName(code));
    }
    this.#becomeReady();
  }

  #becomeReady(): void {
    if (this.#state !== 'connected') return;
    this.#enter('ready');
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
    this.#turnOver();
    if (this.#host.ending || this.#state === 'gone') {
      this.#enter('gone');
      this.#settle();
      return;
    }
    if (wasConnected) this.#lostUs = this.#host.clock();
    this.#count(wasConnected ? 'disconnects' : 'connect_errors', cause, detail);
    this.#attempts++;
    const waitMs = backOffMs(this.group.reconnect, this.#attempts, this.#host.seed, this.number);
    if (waitMs === null) {
      this.giveUp();
      return;
    }
    this.#enter('waiting');
    this.#host.queue(this, this.#host.clock() + Math.round(waitMs * 1000));
  }

  #count(counter: 'disconnects' | 'connect_errors', cause: string, detail: string | undefined): void {
    const tally = this.#cell.run;
    tally.cause(counter, cause);
    if (cause === 'broker_protocol_error') tally.counts.protocol_errors++;
    if (cause === 'session_taken_over') tally.counts.takeovers++;
    const what = counter === 'disconnects' ? 'connection lost' : 'could not connect';
    this.#host.note(`${this.#place}: ${what}: ${cause}${detail === undefined ? '' : ` (${detail})`}`);
  }

  #turnOver(): void {
    this.#leave?.();
    this.#leave = null;
  }

  /** No further attempt; what it owes is dropped. */
  giveUp(): void {
    if (this.#state === 'gone') return;
    this.#enter('gone');
    this.client.destroy();
    this.#settle();
  }

  /** Disconnects, or breaks off what is opening. */
  end(): void {
    if (this.client.connected) this.client.disconnect();
    else this.giveUp();
  }

  /** What the run must not expect of it: all of it where it is not there, else what SUBACK did not grant. */
  absences(): Absence[] {
    const { group, index } = this.who;
    if (this.#state === 'gone') return [{ group, index, job: -1, granted: 128 }];
    return this.filters.flatMap(({ qos }, i) => {
      const granted = this.granted[i] ?? qos;
      return granted === qos
        ? []
        : [{ group, index, job: this.#jobs[i] as number, granted: granted > 2 ? 128 : (granted as Qos) }];
    });
  }

  /** Bytes since the last call go to the counters. */
  countBytes(): void {
    const { bytesSent, bytesReceived } = this.client;
    const { counts } = this.#cell.run;
    counts.bytes_sent += bytesSent - this.#bytesSent;
    counts.bytes_received += bytesReceived - this.#bytesReceived;
    this.#bytesSent = bytesSent;
    this.#bytesReceived = bytesReceived;
  }

  // The hot calls.

  writable(): void {
    for (let i = 0; i < this.streams.length; i++) {
      const { stream, drive } = this.streams[i] as { stream: Stream; drive: Drive };
      drive.resume({ member: this, stream }, this.#host.clock);
    }
  }

  received(message: Incoming): void {
    this.#host.received(this, message);
  }

  acknowledged(stream: number, reasonCode: number, dueUs: number, writtenUs: number): void {
    this.#stream(stream)?.acknowledged(reasonCode, dueUs, writtenUs, this.#host.clock());
  }

  abandoned(stream: number, dueUs: number): void {
    this.#stream(stream)?.abandoned(dueUs, !this.#host.ending);
  }

  #stream(number: number): Stream | undefined {
    for (let i = 0; i < this.streams.length; i++) {
      const { stream } = this.streams[i] as { stream: Stream };
      if (stream.number === number) return stream;
    }
    return undefined;
  }
}
