/** Cost: one read buffer for all sockets of the thread, a few listeners a socket, no allocation of its own per read. */
import type { OnReadOpts, Socket } from 'node:net';
import type { Connection, TransportListener } from './transport.ts';

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** As an option of a socket: what comes goes to the listener, out of the buffer that all sockets of the thread share. */
export function readInto(listener: TransportListener): OnReadOpts {
  return {
    buffer: readBuffer,
    callback: (length: number) => {
      listener.data(readBuffer, length);
      return true;
    },
  };
}

/** A socket as a connection; `write` says how bytes reach it. */
export class SocketConnection implements Connection {
  readonly #socket: Socket;
  readonly write: (bytes: Uint8Array) => boolean;

  constructor(socket: Socket, listener: TransportListener, write: (bytes: Uint8Array) => boolean) {
    let failure: NodeJS.ErrnoException | null = null;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('drain', () => listener.drained());
    socket.on('close', () => listener.closed(failure));
    this.#socket = socket;
    this.write = write;
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
