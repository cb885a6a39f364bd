import type { ObservedName } from '../observer.ts';

type Topics = Readonly<Partial<Record<ObservedName | 'version' | 'heartbeat', readonly string[]>>>;

/** How a kind of broker names what it tells below $SYS. */
export interface Dialect {
  /** `{node}` is one level, which names a node of a cluster. */
  readonly topics: Topics;
  /** A value that has not changed is not told again, and is forgotten after a while. */
  readonly sparse: boolean;
  /** What its count of received PUBLISH packets leaves out. */
  uncounted(version: string): readonly ('qos2' | 'retained')[];
}

/** mosquitto(8), "Broker Status"; src/sys_tree.c: the heartbeat comes first in each round, whatever has changed. */
const mosquitto: Dialect = {
  topics: {
    version: ['$SYS/broker/version'],
    heartbeat: ['$SYS/broker/uptime'],
    clientsConnected: ['$SYS/broker/clients/connected'],
    receivedPerMinute: ['$SYS/broker/load/publish/received/1min'],
    sentPerMinute: ['$SYS/broker/load/publish/sent/1min'],
    messagesDropped: ['$SYS/broker/publish/messages/dropped'],
    messagesReceived: ['$SYS/broker/publish/messages/received'],
    messagesSent: ['$SYS/broker/publish/messages/sent'],
    bytesReceived: ['$SYS/broker/bytes/received'],
    bytesSent: ['$SYS/broker/bytes/sent'],
  },
  sparse: true,
  // lib/packet_mosq.c: the mask 0xF5 of the first byte, up to 2.0.14; 0xF0 since.
  uncounted(version) {
    const [, major, minor, patch] = /([0-9]+)\.([0-9]+)\.([0-9]+)/.exec(version) ?? [];
    const number = Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
    return number < 2_000_015 ? ['qos2', 'retained'] : [];
  },
};

/**
 * EMQX documentation, "System Topic"; apps/emqx/src/emqx_sys.erl: in each round statistics come before counts. EMQX 4 has
 * the dots of the names of statistics where EMQX 5 has slashes.
 */
const emqx: Dialect = {
  topics: {
    version: ['$SYS/brokers/{node}/version'],
    heartbeat: ['$SYS/brokers/{node}/stats/connections/count', '$SYS/brokers/{node}/stats/connections.count'],
    clientsConnected: ['$SYS/brokers/{node}/stats/connections/count', '$SYS/brokers/{node}/stats/connections.count'],
    messagesDropped: ['$SYS/brokers/{node}/metrics/delivery/dropped'],
    messagesReceived: ['$SYS/brokers/{node}/metrics/packets/publish/received'],
    messagesSent: ['$SYS/brokers/{node}/metrics/packets/publish/sent'],
    bytesReceived: ['$SYS/brokers/{node}/metrics/bytes/received'],
    bytesSent: ['$SYS/brokers/{node}/metrics/bytes/sent'],
  },
  sparse: false,
  uncounted: () => [],
};

const dialects: readonly Dialect[] = [mosquitto, emqx];

/** What a topic tells. */
export interface Told {
  readonly dialect: Dialect;
  readonly names: readonly (ObservedName | 'version' | 'heartbeat')[];
  /** Of a cluster; empty where a broker names none. */
  readonly node: string;
}

const byForm = new Map<string, Omit<Told, 'node'>>();
for (const dialect of dialects) {
  for (const [name, topics] of Object.entries(dialect.topics)) {
    for (const topic of topics) {
      const names = [...(byForm.get(topic)?.names ?? []), name as ObservedName];
      byForm.set(topic, { dialect, names });
    }
  }
}

/** The filters for all that is known of any broker. */
export const sysFilters: readonly string[] = [...byForm.keys()].map((form) => form.replace('{node}', '+'));

/** Undefined: a topic that is not known. */
export function toldBy(topic: string): Told | undefined {
  const plain = byForm.get(topic);
  if (plain !== undefined) return { ...plain, node: '' };
  const [, node, rest] = /^\$SYS\/brokers\/([^/]+)(\/.+)$/.exec(topic) ?? [];
  const found = byForm.get(`$SYS/brokers/{node}${rest}`);
  return found === undefined || node === undefined ? undefined : { ...found, node };
}
