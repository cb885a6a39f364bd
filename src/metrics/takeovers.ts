import type { CellSnapshot, Labels, Snapshot } from './snapshot.ts';

/** One connection of a client whose id others of the run have too, told at its CONNACK and once more at its end; us. */
export interface Tenure {
  readonly clientId: string;
  /** The number of the client in the plan. */
  readonly client: number;
  readonly openedUs: number;
  readonly connackUs: number;
  /** 0: it has not ended. */
  readonly endedUs: number;
  /** It ended without a word of the broker. */
  readonly sudden: boolean;
}

type Connection = Omit<Tenure, 'endedUs'> & { endedUs: number };
type Ending = { readonly labels: Labels; readonly rivals: readonly Connection[]; readonly connection: Connection };

const never = Number.POSITIVE_INFINITY;
/** A CONNACK may come later than the end that it brings to another; what is older than this is not looked at any more. */
const memoryUs = 60_000_000;

/**
 * Before MQTT 5 no broker says why it ends a connection. It was a takeover [MQTT-3.1.4-2] where the connection ended suddenly
 * while another client of the run was getting the same id, or had it: that one's CONNACK came after the first had begun to
 * connect, it had begun by the end, and had not ended itself. Threads know only their own clients, so it is found here.
 */
export class Takeovers {
  readonly #cluster: boolean;
  readonly #connections = new Map<string, Connection[]>();
  #endings: Ending[] = [];

  /** `cluster`: an id is one on all brokers. */
  constructor(cluster: boolean) {
    this.#cluster = cluster;
  }

  /** The same snapshot, with the takeovers found since the last one counted. */
  counted(snapshot: Snapshot): Snapshot {
    const ended: Ending[] = [];
    for (const { labels, tenures = [] } of snapshot.cells)
      for (const tenure of tenures) this.#note(labels, tenure, ended);
    // Those of now wait for the next: what other threads tell of the same instant may come with it.
    const due = snapshot.phase === 'ended' ? [...this.#endings, ...ended] : this.#endings;
    const taken = due.filter(isTaken);
    const nowUs = snapshot.second * 1e6;
    const open = due.filter((one) => !taken.includes(one) && one.connection.endedUs > nowUs - memoryUs);
    this.#endings = snapshot.phase === 'ended' ? [] : [...open, ...ended];
    return taken.length === 0 ? snapshot : { ...snapshot, cells: taken.reduce(withOne, snapshot.cells) };
  }

  #note(labels: Labels, tenure: Tenure, ended: Ending[]): void {
    const key = this.#cluster ? tenure.clientId : `${labels.broker}\n${tenure.clientId}`;
    let all = this.#connections.get(key);
    if (all === undefined) {
      all = [];
      this.#connections.set(key, all);
    }
    if (tenure.endedUs === 0) {
      const old = all.findIndex(({ endedUs }) => endedUs > tenure.connackUs - memoryUs);
      if (old > 0) all.splice(0, old);
      all.push({ ...tenure, endedUs: never });
      return;
    }
    const connection = all.find(({ client, connackUs }) => client === tenure.client && connackUs === tenure.connackUs);
    if (connection === undefined) return;
    connection.endedUs = tenure.endedUs;
    if (tenure.sudden) ended.push({ labels, rivals: all, connection });
  }
}

function isTaken({ rivals, connection }: Ending): boolean {
  const { client, openedUs, endedUs } = connection;
  return rivals.some(
    (rival) =>
      rival.client !== client && rival.openedUs <= endedUs && rival.connackUs >= openedUs && rival.endedUs > endedUs,
  );
}

function withOne(cells: readonly CellSnapshot[], { labels, connection }: Ending): readonly CellSnapshot[] {
  const mine = ({ labels: { group, broker, qos } }: CellSnapshot) =>
    group === labels.group && broker === labels.broker && qos === undefined;
  const { clientId } = connection;
  return cells.map((cell) => {
    if (!mine(cell)) return cell;
    const { counts, causes } = cell.measured;
    const by = causes.takeovers ?? {};
    const measured = {
      ...cell.measured,
      counts: { ...counts, takeovers: (counts.takeovers ?? 0) + 1 },
      causes: { ...causes, takeovers: { ...by, [clientId]: (by[clientId] ?? 0) + 1 } },
    };
    return { ...cell, measured };
  });
}

/** From this time on an end without a word is told as one of many. */
export const endingsToTell = 3;
const mostRepeated = 10_000;

/** How often connections ended without a word, by client id: of those with whom it happened again and again. */
export class RepeatedEndings {
  readonly #counts = new Map<string, Map<string, number>>();
  #ids = 0;

  add(broker: string, clientId: string): void {
    const ids = this.#counts.get(broker) ?? new Map<string, number>();
    this.#counts.set(broker, ids);
    const before = ids.get(clientId);
    if (before === undefined && ++this.#ids > mostRepeated) return;
    ids.set(clientId, (before ?? endingsToTell - 1) + 1);
  }

  of(broker: string): ReadonlyMap<string, number> {
    return this.#counts.get(broker) ?? new Map();
  }
}
