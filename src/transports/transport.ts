/** Where and how to dial; certificates are contents, not paths. */
export interface Target {
  readonly url: string;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
    readonly verify: boolean;
  };
  readonly headers?: Readonly<Record<string, string>>;
  readonly localAddress?: string;
}

/** `buffer` is shared by the thread: its first `length` bytes are valid during the call only. */
export interface TransportListener {
  opened(): void;
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
