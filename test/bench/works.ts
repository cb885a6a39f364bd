/** What is measured, and how good it has to be. Rates in messages a second, payloads in bytes. */
type Base = {
  readonly name: string;
  /** With the address of the broker filled in: the scenario, whose group `subject` is measured. */
  scenario(url: string): string;
};

/** us of CPU a message. */
export type MessageWork = Base & {
  readonly measure: 'message';
  readonly broker: 'mosquitto' | 'sink';
  /** Another group that a second process keeps busy; absent: none. */
  readonly other?: string;
  /** What the C loop is called with after its mode and port; absent: it has no such work. */
  readonly floor?: { readonly mode: 'publish' | 'receive'; readonly args: readonly string[] };
  /** Absent: as fast as it can. */
  readonly messagesPerSecond?: number;
  /** Load threads of the subject; with 2, it is held against itself on 1 at half the rate. */
  readonly threads?: 1 | 2;
  /** At most so many times the floor, MQTT.js, or one thread; or so many us. */
  readonly goal: { readonly of: 'floor' | 'mqttjs' | 'one thread' | 'us'; readonly limit: number };
};

/** us of CPU a connection, beside MQTT.js. */
export type ConnectionWork = Base & {
  readonly measure: 'connection';
  readonly clients: number;
  readonly limit: number;
};

/** KiB a connection: `more` than the same program with one, or `all` of its resident memory. */
export type MemoryWork = Base & {
  readonly measure: 'memory';
  readonly clients: number;
  readonly counts: 'more' | 'all';
  readonly limit: number;
};

/** How late publishes are taken up, ms: p50 and p99, beside a metronome that does nothing else. */
export type LagWork = Base & {
  readonly measure: 'lag';
  readonly limits: { readonly p50: number; readonly p99: number };
};

export type Work = MessageWork | ConnectionWork | MemoryWork | LagWork;

const head = (url: string, seconds: number, warmUp = warmUpSeconds) =>
  `brokers: [${url}]\nwarmUp: ${warmUp}s\nduration: ${seconds}s\ndrain: 1s\n`;
const floorSeconds = '6';
const seconds = 7;
/** Until then V8 compiles, and collects what was left from connecting. */
const warmUpSeconds = 10;

const publishing = (clients: number, keys: string) => (url: string) =>
  `${head(url, seconds)}groups:\n  subject:\n    clients: ${clients}\n    publish: { topic: "t/{index}", ${keys} }\n`;

const receiving = (publishers: number, subscribers: number) => (url: string) =>
  `${head(url, seconds)}groups:\n  other:\n    clients: ${publishers}\n    publish: { topic: "t/{index}", rate: 100/s, payload: 256B }\n` +
  `  subject:\n    clients: ${subscribers}\n    subscribe: { topic: "t/+" }\n`;

const idle = (clients: number) => (url: string) =>
  `${head(url, 3)}groups:\n  subject:\n    clients: ${clients}\n    connect: { within: 60s }\n`;

export const works: readonly Work[] = [
  {
    name: 'publish 1,000 x 50/s, 256 B, QoS 0',
    measure: 'message',
    broker: 'mosquitto',
    scenario: publishing(1000, 'rate: 50/s, payload: 256B'),
    floor: { mode: 'publish', args: ['1000', '50', '256', floorSeconds] },
    messagesPerSecond: 50_000,
    goal: { of: 'floor', limit: 1.8 },
  },
  {
    name: 'publish 100 x 100/s, 256 B, QoS 0',
    measure: 'message',
    broker: 'mosquitto',
    scenario: publishing(100, 'rate: 100/s, payload: 256B'),
    floor: { mode: 'publish', args: ['100', '100', '256', floorSeconds] },
    messagesPerSecond: 10_000,
    goal: { of: 'floor', limit: 2 },
  },
  {
    name: 'receive 10,000/s on one connection, 256 B, QoS 0',
    measure: 'message',
    broker: 'mosquitto',
    scenario: receiving(100, 1),
    other: 'other',
    floor: { mode: 'receive', args: ['1', floorSeconds, 't/+'] },
    messagesPerSecond: 10_000,
    goal: { of: 'floor', limit: 2 },
  },
  {
    name: 'receive 100,000/s over 10 connections, 256 B, QoS 0',
    measure: 'message',
    broker: 'mosquitto',
    scenario: receiving(100, 10),
    other: 'other',
    floor: { mode: 'receive', args: ['10', floorSeconds, 't/+'] },
    messagesPerSecond: 100_000,
    goal: { of: 'floor', limit: 2 },
  },
  {
    name: 'publish and ack 100 x 100/s, 256 B, QoS 1',
    measure: 'message',
    broker: 'mosquitto',
    scenario: publishing(100, 'rate: 100/s, payload: 256B, qos: 1'),
    messagesPerSecond: 10_000,
    goal: { of: 'mqttjs', limit: 0.5 },
  },
  {
    name: 'one client flat out, 64 B, QoS 0, to a sink',
    measure: 'message',
    broker: 'sink',
    scenario: publishing(1, 'rate: max, payload: 64B'),
    goal: { of: 'us', limit: 1 },
  },
  {
    name: 'two threads, each at 40 % of a core, to a sink',
    measure: 'message',
    broker: 'sink',
    threads: 2,
    scenario: publishing(1000, 'rate: 60/s, payload: 256B'),
    messagesPerSecond: 60_000,
    goal: { of: 'one thread', limit: 1.1 },
  },
  { name: 'connect 2,000', measure: 'connection', clients: 2000, scenario: idle(2000), limit: 0.25 },
  {
    name: '5,000 idle connections, more than one',
    measure: 'memory',
    clients: 5000,
    scenario: idle(5000),
    counts: 'more',
    limit: 9,
  },
  {
    name: '19,000 idle connections, all',
    measure: 'memory',
    clients: 19_000,
    scenario: idle(19_000),
    counts: 'all',
    limit: 14,
  },
  {
    name: 'how late, 100 x 10/s, to a sink',
    measure: 'lag',
    scenario: publishing(100, 'rate: 10/s, payload: 256B'),
    limits: { p50: 0.15, p99: 0.5 },
  },
];
