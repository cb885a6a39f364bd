/** Cost: one read buffer for all sockets of the thread, four listeners a socket, no allocation of its own per read or write. */
import { connect, type Socket } from 'node:net';
import type { Connection, Target, Transport, TransportListener } from './transport.ts';

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const nothing = Buffer.alloc(0);
const addresses = new Map<string, { host: string; port: number }>();

/** Host and port of mqtt:// and tcp:// urls; 1883 where there is no port. */
function addressOf(url: string): { host: string; port: number } {
  let address = addresses.get(url);
  if (address === undefined) {
    const { hostname, port } = new URL(url);
    address = { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 1883 : Number(port) };
    addresses.set(url, address);
  }
  return address;
}

class TcpConnection implements Connection {
  readonly #socket: Socket;

  constructor(target: Target, listener: TransportListener) {
    const { host, port } = addressOf(target.url);
    let failure: NodeJS.ErrnoException | null = null;
    const options = {
      host,
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length: number) => {
          listener.data(readBuffer, length);
          return true;
        },
      },
    };
    const socket = connect(
      target.localAddress === undefined ? options : { ...options, localAddress: target.localAddress },
    );
    socket.on('connect', () => listener.opened());
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('drain', () => listener.drained());
    socket.on('close', () => listener.closed(failure));
    this.#socket = socket;
  }

  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    socket.write(bytes);
    if (socket.writableLength === 0) return true;
    // Below the stream's high-water mark it would not tell 'drain': an empty write makes sure of a sign.
    if (!socket.writableNeedDrain) socket.write(nothing, () => socket.emit('drain'));
    return false;
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

export const tcp: Transport = { open: (target, listener) => new TcpConnection(target, listener) };
