/** Cost: TLS itself; a copy of each write, because encryption ends after the call. */
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext } from 'node:tls';
import { nowUs } from '../base/clock.ts';
import { addressOf } from './address.ts';
import { readInto, SocketConnection } from './socket.ts';
import type { Target, TlsOptions, Transport, TransportListener } from './transport.ts';

const contexts = new WeakMap<TlsOptions, SecureContext>();
const plain: TlsOptions = { verify: true };

/** Certificates are parsed once a broker, not once a connection. */
function contextOf(tls: TlsOptions): SecureContext {
  let context = contexts.get(tls);
  if (context === undefined) {
    const { ca, cert, key } = tls;
    context = createSecureContext({
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
    contexts.set(tls, context);
  }
  return context;
}

/** What Node needs to dial a target with TLS. An address is no server name [RFC 6066, 3]. */
export function tlsOptions({ url, tls = plain, localAddress }: Target): ConnectionOptions {
  const { host, port } = addressOf(url);
  return {
    host,
    port,
    servername: tls.servername ?? (isIP(host) === 0 ? host : ''),
    secureContext: contextOf(tls),
    rejectUnauthorized: tls.verify,
    ...(localAddress !== undefined && { localAddress }),
  };
}

function open(target: Target, listener: TransportListener): SocketConnection {
  let tcpUs = 0;
  const socket = connect({ ...tlsOptions(target), onread: readInto(listener) } as ConnectionOptions);
  socket.setNoDelay(true);
  socket.on('connect', () => {
    tcpUs = nowUs();
  });
  socket.on('secureConnect', () => listener.opened(tcpUs, nowUs(), 0));
  return new SocketConnection(socket, listener, (bytes) => {
    // A copy, so that the caller may go on: what TLS has not encrypted yet is not backed up, the socket behind it may be.
    socket.write(Buffer.from(bytes));
    return !socket.writableNeedDrain;
  });
}

/** MQTT over TLS. Backed up means more than the stream's mark (16 KiB) not yet encrypted and written. */
export const tls: Transport = { open };
