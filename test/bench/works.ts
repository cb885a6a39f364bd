/** What is measured, and how good it has to be. Rates in messages a second, payloads in bytes. */
export type Work = {
  readonly name: string;
  /** With the address of the broker filled in: the scenario, whose group `subject` is measured. */
  scenario(url: string): string;
  /** Another group that a second process keeps busy; absent: none. */
  readonly other?: string;
  /** What the floor is called with after its mode and port; absent: it has no such work. */
  readonly floor?: { readonly mode: 'publish' | 'receive'; readonly args: readonly string[] };
  readonly messagesPerSecond: number;
  /** `cpu`: us of CPU a message, beside the floor; `memory`: bytes a connection, beside the same program without them. */
  readonly measure: 'cpu' | 'memory';
  /** At most so many times the floor, or so many KiB. */
  readonly limit: number;
};

const head = (url: string, seconds: number) => `brokers: [${url}]\nwarmUp: 2s\nduration: ${seconds}s\ndrain: 1s\n`;
const floorSeconds = '6';
const seconds = 7;

export const idleClients = 5000;

export const works: readonly Work[] = [
  {
    name: 'publish 1,000 x 50/s, 256 B, QoS 0',
    scenario: (url) =>
      `${head(url, seconds)}groups:\n  subject:\n    clients: 1000\n    publish: { topic: "t/{index}", rate: 50/s, payload: 256B }\n`,
    floor: { mode: 'publish', args: ['1000', '50', '256', floorSeconds] },
    messagesPerSecond: 50_000,
    measure: 'cpu',
    limit: 2.4,
  },
  {
    name: 'receive 10,000/s on one connection, 256 B, QoS 0',
    scenario: (url) =>
      `${head(url, seconds)}groups:\n  other:\n    clients: 100\n    publish: { topic: "t/{index}", rate: 100/s, payload: 256B }\n` +
      '  subject:\n    subscribe: { topic: "t/+" }\n',
    other: 'other',
    floor: { mode: 'receive', args: ['1', floorSeconds, 't/+'] },
    messagesPerSecond: 10_000,
    measure: 'cpu',
    limit: 2.5,
  },
  {
    name: `idle connections, ${idleClients.toLocaleString('en')}`,
    scenario: (url) => `${head(url, 3)}groups:\n  subject:\n    clients: ${idleClients}\n`,
    messagesPerSecond: 0,
    measure: 'memory',
    limit: 16,
  },
];
