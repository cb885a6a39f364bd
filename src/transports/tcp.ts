/** Cost: the socket's write; no allocation of its own per read or write. */
import { connect } from 'node:net';
import { nowUs } from '../base/clock.ts';
import { addressOf } from './address.ts';
import { flows } from './flow.ts';
import { readInto, SocketConnection } from './socket.ts';
import type { Target, Transport, TransportListener } from './transport.ts';

function open(target: Target, listener: TransportListener): SocketConnection {
  const { host, port } = addressOf(target.url);
  const options = { host, port, noDelay: true, onread: readInto(listener) };
  const socket = connect(
    target.localAddress === undefined ? options : { ...options, localAddress: target.localAddress },
  );
  socket.on('connect', () => listener.opened(nowUs(), 0, 0));
  return new SocketConnection(socket, listener, (bytes) => {
    socket.write(bytes);
    return flows(socket);
  });
}

/** MQTT over TCP. */
export const tcp: Transport = { open };
