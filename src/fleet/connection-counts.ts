import type { Client, Welcome } from '../clients/client.ts';
import type { Cell } from '../metrics/recorder.ts';

/** Stands for an id that this program does not choose. */
const assigned = '(assigned by the broker)';

/** What is counted of the connections of one client, other than its messages. */
export class ConnectionCounts {
  readonly #cell: Cell;
  readonly #clientId: string;
  #bytesSent = 0;
  #bytesReceived = 0;

  constructor(cell: Cell, clientId: string) {
    this.#cell = cell;
    this.#clientId = clientId;
  }

  /** `dueUs`: of a first connection; `lostUs`: when the one before was lost, 0: there was none. */
  made({ openedUs, tcpUs, tlsUs }: Welcome, nowUs: number, dueUs: number, lostUs: number): void {
    const { counts, times } = this.#cell.run;
    counts.connects++;
    times.connect_service_time.record(nowUs - openedUs);
    times.tcp_time.record(tcpUs - openedUs);
    if (tlsUs > 0) times.tls_time.record(tlsUs - tcpUs);
    if (lostUs === 0) {
      times.connect_time.record(nowUs - dueUs);
      return;
    }
    counts.reconnects++;
    times.reconnect_time.record(nowUs - lostUs);
  }

  failed(counter: 'disconnects' | 'connect_errors', cause: string): void {
    const tally = this.#cell.run;
    tally.cause(counter, cause);
    if (cause === 'broker_protocol_error') tally.counts.protocol_errors++;
    if (cause === 'session_taken_over') tally.cause('takeovers', this.#clientId || assigned);
  }

  /** Bytes since the last call. */
  bytes({ bytesSent, bytesReceived }: Client): void {
    const { counts } = this.#cell.run;
    counts.bytes_sent += bytesSent - this.#bytesSent;
    counts.bytes_received += bytesReceived - this.#bytesReceived;
    this.#bytesSent = bytesSent;
    this.#bytesReceived = bytesReceived;
  }
}
