import { noTimeUs } from '../base/clock.ts';
import type { Client, Welcome } from '../clients/client.ts';
import type { Cell } from '../metrics/recorder.ts';
import type { Stream } from './stream.ts';

/** A connection that stands for so long after a publish has taken it: a broker that objects to one ends it at once. */
const heldUs = 1_000_000;

/** Stands for an id that this program does not choose. */
const assigned = '(assigned by the broker)';

/** What is counted of the connections of one client, other than its messages. */
export class ConnectionCounts {
  readonly #cell: Cell;
  /** Of its client; they come after this was made. */
  readonly #streams: readonly { readonly stream: Stream }[];
  readonly #clientId: string;
  #bytesSent = 0;
  #bytesReceived = 0;
  #backedUp = false;

  constructor(cell: Cell, clientId: string, streams: readonly { readonly stream: Stream }[]) {
    this.#cell = cell;
    this.#clientId = clientId;
    this.#streams = streams;
  }

  /** `dueUs`: of a first connection; `lostUs`: when the one before was lost, 0: there was none. */
  made({ openedUs, tcpUs, tlsUs, webSocketUs }: Welcome, nowUs: number, dueUs: number, lostUs: number): void {
    const { counts, times } = this.#cell.run;
    for (const { stream } of this.#streams) stream.firstUs = noTimeUs;
    counts.connects++;
    times.connect_service_time.record(nowUs - openedUs);
    times.tcp_time.record(tcpUs - openedUs);
    if (tlsUs > 0) times.tls_time.record(tlsUs - tcpUs);
    const securedUs = tlsUs > 0 ? tlsUs : tcpUs;
    if (webSocketUs > 0) times.websocket_time.record(webSocketUs - securedUs);
    times.connack_time.record(nowUs - (webSocketUs > 0 ? webSocketUs : securedUs));
    if (lostUs === 0) {
      times.connect_time.record(nowUs - dueUs);
      return;
    }
    counts.reconnects++;
    times.reconnect_time.record(nowUs - lostUs);
  }

  /** A connection is over, by us or not: whether it outlived the first publish on it. */
  over(nowUs: number, lost: boolean): void {
    const began = this.#streams.map(({ stream }) => stream.firstUs).filter((us) => us > 0);
    if (began.length === 0) return;
    const { counts } = this.#cell.run;
    if (nowUs - Math.min(...began) >= heldUs) counts.connections_held++;
    else if (lost) counts.disconnects_at_publish++;
  }

  /** A connection that was lost, or an attempt that failed; returns that in words. */
  failed(wasConnected: boolean, cause: string, detail?: string): string {
    const tally = this.#cell.run;
    tally.cause(wasConnected ? 'disconnects' : 'connect_errors', cause);
    if (cause === 'broker_protocol_error') tally.counts.protocol_errors++;
    if (cause === 'session_taken_over') tally.cause('takeovers', this.#clientId || assigned);
    const what = wasConnected ? 'connection lost' : 'could not connect';
    return `${what}: ${cause}${detail === undefined ? '' : ` (${detail})`}`;
  }

  /** Bytes since the last call, and whether the socket takes more just now. */
  bytes({ bytesSent, bytesReceived, backedUp }: Client): void {
    const { counts } = this.#cell.run;
    this.#cell.gauges.sockets_full += Number(backedUp) - Number(this.#backedUp);
    this.#backedUp = backedUp;
    counts.bytes_sent += bytesSent - this.#bytesSent;
    counts.bytes_received += bytesReceived - this.#bytesReceived;
    this.#bytesSent = bytesSent;
    this.#bytesReceived = bytesReceived;
  }
}
