/** Cost: a frame, a mask and what the ws package allocates for a message; backed up is what its socket says. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { nowUs } from '../base/clock.ts';
import { addressOf, schemeOf } from './address.ts';
import { flows } from './flow.ts';
import { tlsOptions } from './tls.ts';
import type { Connection, Target, Transport, TransportListener } from './transport.ts';

class WebSocketConnection implements Connection {
  readonly #socket: WebSocket;
  readonly #secure: boolean;
  /** Below the WebSocket; null until it is dialled. */
  #below: Socket | null = null;
  #tcpUs = 0;
  #tlsUs = 0;

  constructor(target: Target, listener: TransportListener) {
    this.#secure = schemeOf(target.url) === 'wss';
    let failure: Error | null = null;
    const socket = new WebSocket(target.url, 'mqtt', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      headers: target.headers ?? {},
      createConnection: () => this.#dial(target, listener),
    } as ClientOptions);
    socket.binaryType = 'nodebuffer';
    socket.on('open', () => listener.opened(this.#tcpUs, this.#tlsUs, nowUs()));
    // MQTT travels in binary frames [MQTT-6.0.0-1].
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) listener.data(data, data.length);
      else {
        failure ??= textFrame();
        socket.terminate();
      }
    });
    socket.on('error', (error) => {
      failure ??= error;
    });
    socket.on('close', () => listener.closed(failure));
    this.#socket = socket;
  }

  #dial(target: Target, listener: TransportListener): Socket {
    const { localAddress } = target;
    const socket = this.#secure
      ? connectTls(tlsOptions(target))
      : connectTcp({ ...addressOf(target.url), ...(localAddress !== undefined && { localAddress }) });
    socket.setNoDelay(true);
    socket.once('connect', () => {
      this.#tcpUs = nowUs();
    });
    socket.once('secureConnect', () => {
      this.#tlsUs = nowUs();
    });
    socket.on('drain', () => listener.drained());
    this.#below = socket;
    return socket;
  }

  write(bytes: Uint8Array): boolean {
    const below = this.#below;
    // Masking copies the bytes, so that the caller may go on.
    this.#socket.send(bytes);
    if (below === null) return true;
    return this.#secure ? !below.writableNeedDrain : flows(below);
  }

  end(): void {
    this.#socket.close();
  }

  destroy(): void {
    this.#socket.terminate();
  }
}

function textFrame(): Error {
  return Object.assign(new Error('a text frame where MQTT must be in binary ones [MQTT-6.0.0-1]'), { code: 'EBADMSG' });
}

/** MQTT over WebSocket, with and without TLS [MQTT-6]. */
export const websocket: Transport = { open: (target, listener) => new WebSocketConnection(target, listener) };
