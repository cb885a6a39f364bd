import { noVitals } from '../../src/base/vitals.ts';
import type { Client, ClientListener, Filter, Incoming, Outgoing, Welcome } from '../../src/clients/client.ts';
import { noLimits } from '../../src/clients/limits.ts';
import type { Host } from '../../src/fleet/member.ts';
import { Member } from '../../src/fleet/member.ts';
import { Stream } from '../../src/fleet/stream.ts';
import { type Cell, Recorder } from '../../src/metrics/recorder.ts';
import type { CellSnapshot } from '../../src/metrics/snapshot.ts';
import { noProgress } from '../../src/metrics/snapshot.ts';
import type { Qos } from '../../src/mqtt/packets.ts';
import type { GroupPlan } from '../../src/plan/plan.ts';
import type { Work } from '../../src/workloads/workload.ts';
import { group as makeGroup } from './hand-made.ts';

export type Published = {
  readonly topicName: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly stream: number;
  readonly dueUs: number;
  readonly nowUs: number;
};

/** A client without sockets: the test says how much it takes, and tells its listener what happens. */
export class FakeClient implements Client {
  connected = false;
  backedUp = false;
  inFlight = 0;
  timeoutCause = 'connack_timeout';
  bytesSent = 0;
  bytesReceived = 0;
  /** How many more publishes it takes. */
  room = Number.POSITIVE_INFINITY;
  readonly published: Published[] = [];
  /** The other calls, by name. */
  readonly calls: string[] = [];
  filters: readonly Filter[] = [];

  connect(): void {
    this.calls.push('connect');
  }

  subscribe(filters: readonly Filter[]): void {
    this.calls.push('subscribe');
    this.filters = filters;
  }

  publish({ topicName, payload, qos, retain, stream }: Outgoing, dueUs: number, nowUs: number): boolean {
    if (!this.connected || this.room <= 0) return false;
    this.room--;
    this.published.push({ topicName, payload: Buffer.from(payload), qos, retain, stream, dueUs, nowUs });
    return true;
  }

  flush(): void {}

  disconnect(): void {
    this.calls.push('disconnect');
  }

  destroy(): void {
    this.calls.push('destroy');
  }

  abandon(): void {
    this.calls.push('abandon');
  }

  check(): void {}
}

/** The fleet as a member sees it, with a clock that the test moves. */
export class FakeHost implements Host {
  readonly seed = 7;
  ending = false;
  nowUs = 1_000_000;
  readonly recorder = new Recorder(2048);
  readonly queued: { readonly member: Member; readonly atUs: number }[] = [];
  readonly settledMembers: Member[] = [];
  readonly notes: string[] = [];
  readonly removals: Member[] = [];
  onReceived: (member: Member, message: Incoming) => void = () => {};
  readonly clock = (): number => this.nowUs;

  received(member: Member, message: Incoming): void {
    this.onReceived(member, message);
  }

  queue(member: Member, atUs: number): void {
    this.queued.push({ member, atUs });
  }

  connected(): void {}

  remove(member: Member): void {
    this.removals.push(member);
  }

  settled(member: Member): void {
    this.settledMembers.push(member);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  cell(member: Member, qos?: Qos): Cell {
    const { group, broker } = member.who;
    return this.recorder.cell(qos === undefined ? { group, broker } : { group, broker, qos });
  }

  /** What has been counted since the last call. */
  take(): readonly CellSnapshot[] {
    const health = { worker: 'w', utilisation: 0, publishing: true, receiving: true, vitals: noVitals };
    return this.recorder.take('measuring', { second: 1, tenth: 0 }, health, noProgress).cells;
  }

  /** The same for one QoS, or for none. */
  taken(qos?: Qos): CellSnapshot {
    const nothing = { counts: {}, causes: {}, times: {} };
    const empty = { labels: { group: 'g', broker: 'b' }, measured: nothing, outside: nothing, gauges: {} };
    return this.take().find(({ labels }) => labels.qos === qos) ?? empty;
  }
}

export type Placing = {
  readonly group?: GroupPlan;
  readonly index?: number;
  readonly number?: number;
  readonly broker?: string;
  readonly filters?: readonly Filter[];
};

/** CONNACK without anything special. */
export function welcomed(openedUs: number, changes: Partial<Welcome> = {}): Welcome {
  return {
    sessionPresent: false,
    openedUs,
    tcpUs: openedUs + 100,
    tlsUs: 0,
    webSocketUs: 0,
    limits: noLimits,
    ...changes,
  };
}

/** A member that waits for its turn, and its client. */
export function placed(host: Host, placing: Placing = {}): { member: Member; client: FakeClient } {
  const { group = makeGroup('g'), index = 0, number = index, broker = 'b', filters = [] } = placing;
  const client = new FakeClient();
  const clientId = `${group.name}-run-${index}`;
  const who = { group: group.name, index, clientId, broker, run: 'run', seed: 7 };
  const session = { ...group.session, clientId, target: { url: 'mqtt://127.0.0.1:1883' } };
  const subscriptions = filters.map((filter, job) => [job, filter] as const);
  const setting = { number, who, group, place: group.name, session, subscriptions };
  return { member: new Member(setting, (_, __: ClientListener) => client, host), client };
}

/** The same, connected and with all that it asked for granted. */
export function ready(host: Host, placing: Placing = {}): { member: Member; client: FakeClient } {
  const both = placed(host, placing);
  both.member.open(() => {});
  both.client.connected = true;
  both.member.connected(welcomed(host.clock()));
  if (both.member.subscriptions.filters.length > 0) {
    both.member.subscribed(
      both.member.subscriptions.filters.map(({ qos }) => qos),
      host.clock(),
    );
  }
  return both;
}

/** A stream of the member whose messages are empty; it is listed with its member by whoever drives it. */
export function streamOf(member: Member, number = member.who.index, qos: Qos = 0): Stream {
  const message: Outgoing = {
    topicName: 't',
    payload: Buffer.alloc(0),
    qos,
    retain: false,
    stream: number,
    sequence: 0,
    memo: null,
  };
  const operate: Work['operate'] = (client, _sequence, dueUs, nowUs) => client.publish(message, dueUs, nowUs);
  return new Stream(number, member.who.index, member.cellOf(qos), { operate }, message);
}

type Arriving = Partial<Pick<Incoming, 'qos' | 'dup' | 'retain' | 'receivedUs'>> & {
  readonly payload: Uint8Array;
  readonly properties?: Uint8Array;
};

/** A PUBLISH as clients hand it over. */
export function incoming({ payload, properties = Buffer.alloc(0), ...rest }: Arriving): Incoming {
  const topic = Buffer.from('t');
  const propertiesStart = topic.length;
  const payloadStart = propertiesStart + properties.length;
  return {
    bytes: Buffer.concat([topic, properties, payload]),
    topicStart: 0,
    topicEnd: topic.length,
    propertiesStart,
    propertiesEnd: payloadStart,
    payloadStart,
    payloadEnd: payloadStart + payload.length,
    qos: 0,
    dup: false,
    retain: false,
    receivedUs: 0,
    ...rest,
  };
}
