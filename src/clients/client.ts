import type { Protocol, Qos, Will } from '../mqtt/packets.ts';
import type { Target } from '../transports/transport.ts';
import type { Limits } from './limits.ts';

/** One session over successive connections: reconnecting is the fleet's decision, and so is counting. */
export interface Session {
  /** Empty: the broker assigns one. */
  readonly clientId: string;
  readonly target: Target;
  readonly username?: string;
  readonly password?: string;
  readonly protocol: Protocol;
  /** Clean Start (MQTT 5) or CleanSession of the first connection. */
  readonly cleanStart: boolean;
  /** Later connections ask for the session of the one before: what is unacknowledged is kept, and sent again where it is there. */
  readonly resumes: boolean;
  /** MQTT 5 only; absent: the session ends with the connection. */
  readonly sessionExpiryS?: number;
  readonly will?: Will;
  readonly keepAliveS: number;
  /** At most so many unacknowledged QoS 1 and 2 publishes; the server's Receive Maximum may lower it. */
  readonly inFlight: number;
  /** One attempt: from opening the socket to CONNACK; also the patience for SUBACK. */
  readonly connectTimeoutMs: number;
}

/** One publish, filled in place and used again: what `publish` gets is valid during the call only. */
export interface Outgoing {
  topicName: string;
  payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Given back by `acknowledged` and `abandoned`, and so is the sequence number. */
  readonly stream: number;
  sequence: number;
  /** Told as an MQTT 5 user property [name, value]; absent elsewhere. */
  userProperty?: readonly [string, string];
  /** The client's own, for what it prepares once per topic; the caller sets it to null when it changes topic, size or property. */
  memo: unknown;
}

/** One PUBLISH received; one object per thread, filled in place: valid during the call only. Positions are into `bytes`. */
export interface Incoming {
  bytes: Buffer;
  topicStart: number;
  topicEnd: number;
  /** The MQTT 5 properties; empty (start = end) elsewhere. */
  propertiesStart: number;
  propertiesEnd: number;
  payloadStart: number;
  payloadEnd: number;
  qos: Qos;
  dup: boolean;
  retain: boolean;
  /** The clock at the start of the read that completed the packet. */
  receivedUs: number;
}

export function emptyIncoming(bytes: Buffer): Incoming {
  const nowhere = { topicStart: 0, topicEnd: 0, propertiesStart: 0, propertiesEnd: 0, payloadStart: 0, payloadEnd: 0 };
  return { bytes, ...nowhere, qos: 0, dup: false, retain: false, receivedUs: 0 };
}

export interface Filter {
  readonly topicFilter: string;
  readonly qos: Qos;
}

/** What a connection begins with. */
export interface Welcome {
  /** As CONNACK says; MQTT 3.1 cannot say it: false. */
  readonly sessionPresent: boolean;
  /** When the socket was asked for, when the host accepted it, and when the handshakes of TLS and WebSocket were done; 0: none. */
  readonly openedUs: number;
  readonly tcpUs: number;
  readonly tlsUs: number;
  readonly webSocketUs: number;
  readonly limits: Limits;
}

/** Told by a client. A failed connect and a lost connection are both `closed`, told exactly once per `connect`. */
export interface ClientListener {
  /** CONNACK success. */
  connected(welcome: Welcome): void;
  /** `cause` is a snake_case name (see causes.ts), `detail` is one line for people. */
  closed(cause: string, detail?: string): void;
  /** Reason codes of SUBACK in the order of the filters. */
  subscribed(reasonCodes: Uint8Array | readonly number[], writtenUs: number): void;
  /** PUBACK (QoS 1), PUBCOMP, or a PUBREC with an error (QoS 2). `pubrecUs`: when PUBREC came; 0: none, or it is the error. */
  acknowledged(
    stream: number,
    reasonCode: number,
    dueUs: number,
    writtenUs: number,
    pubrecUs: number,
    sequence: number,
  ): void;
  /** In flight when the session ended: never acknowledged. */
  abandoned(stream: number, dueUs: number, sequence: number): void;
  /** In flight when the connection broke, and sent again with DUP in the session that was still there [MQTT-4.4.0-1]. */
  resent(stream: number, dueUs: number): void;
  /** Taken by `publish`, but never sent: a limit of the server forbids it. `cause` is its name. */
  forbidden(stream: number, dueUs: number, cause: string): void;
  received(message: Incoming): void;
  /** PINGRESP. */
  alive(atUs: number): void;
  /** After `publish` said false: there is room again. */
  writable(): void;
}

export interface Client {
  readonly connected: boolean;
  /** The socket has not taken yet all that was written to it. */
  readonly backedUp: boolean;
  readonly inFlight: number;
  /** What an attempt that is open would be told to have failed for if its time were over now. */
  readonly timeoutCause: string;
  /** Over all connections of the client. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Opens a new connection; only while there is none. `fresh`: only to make the server forget the session. */
  connect(fresh?: boolean): void;
  subscribe(filters: readonly Filter[]): void;
  /**
   * Copies the message; it may wait for `flush`. False: not connected, window full or socket backed up; the caller still
   * owes it and is told `writable`. `dueUs` and `nowUs` are kept for `acknowledged`.
   */
  publish(message: Outgoing, dueUs: number, nowUs: number): boolean;
  /** Writes what publishes since the last flush have joined. */
  flush(): void;
  /** DISCONNECT, then the end; `closed` is told with the cause `ended`. `endSession`: on MQTT 5 the server forgets the session. */
  disconnect(endSession?: boolean): void;
  /** At once, without a word to the server. */
  destroy(cause?: string, detail?: string): void;
  /** Ends all waiting for acknowledgements, which a session that resumes outlives a connection with. */
  abandon(): void;
  /** Called about ten times a second instead of timers: keep-alive and every timeout. */
  check(nowUs: number): void;
}

export type OpenClient = (session: Session, listener: ClientListener) => Client;
