/** Where and how to dial; certificates are contents, not paths. */
export interface Target {
  /** mqtt, mqtts, ws or wss://host[:port][/path]; tcp means mqtt, ssl and tls mean mqtts. */
  readonly url: string;
  readonly tls?: TlsOptions;
  /** Of the WebSocket handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly localAddress?: string;
}

/** PEM texts. Without `ca` the authorities that Node knows; `verify` false takes any certificate. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the certificate must have, where it is not the host's. */
  readonly servername?: string;
  readonly verify: boolean;
}

/** `buffer` is shared by the thread: its first `length` bytes are valid during the call only. */
export interface TransportListener {
  /** Bytes may be written. `tcpUs`: when the host accepted; the others: when their handshakes were done, 0 where there is none. */
  opened(tcpUs: number, tlsUs: number, webSocketUs: number): void;
  data(buffer: Buffer, length: number): void;
  drained(): void;
  /** Null: the other side, or we, closed without an error. */
  closed(error: NodeJS.ErrnoException | null): void;
}

/** `write` false: the socket is backed up until `drained` and keeps the bytes, which must not be changed any more. `closed` is told exactly once, also after `destroy`. */
export interface Connection {
  write(bytes: Uint8Array): boolean;
  end(): void;
  destroy(): void;
}

export interface Transport {
  open(target: Target, listener: TransportListener): Connection;
}
