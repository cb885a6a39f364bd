import type { EventEmitter } from 'node:events';
import type { ClientRequest } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Protocol } from '../../mqtt/packets.ts';
import type { Session } from '../client.ts';

const protocolVersions: Readonly<Record<Protocol, 3 | 4 | 5>> = { '3.1': 3, '3.1.1': 4, '5': 5 };
const schemes = {
  mqtt: 'mqtt',
  tcp: 'mqtt',
  mqtts: 'mqtts',
  ssl: 'mqtts',
  tls: 'mqtts',
  ws: 'ws',
  wss: 'wss',
} as const;
const defaultPorts = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

/** How one connection of a session begins. */
export type Beginning = {
  readonly clientId: string;
  readonly clean: boolean;
  /** Only to make the server forget the session. */
  readonly fresh: boolean;
  /** Told of the socket below a WebSocket. */
  dialled(socket: Socket): void;
  /** The handshake of the WebSocket is done. */
  upgraded(): void;
};

/** A session as options of MQTT.js: reconnecting, resubscribing and every timeout are left to us. */
export function mqttjsOptions(session: Session, beginning: Beginning) {
  const { url, tls, localAddress } = session.target;
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const scheme = schemes[protocol.slice(0, -1) as keyof typeof schemes];
  const options = {
    protocol: scheme,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || defaultPorts[scheme],
    path: pathname + search,
    clientId: beginning.clientId,
    ...(session.username !== undefined && { username: session.username }),
    ...(session.password !== undefined && { password: session.password }),
    protocolVersion: protocolVersions[session.protocol],
    protocolId: session.protocol === '3.1' ? ('MQIsdp' as const) : ('MQTT' as const),
    clean: beginning.clean,
    ...(!beginning.fresh && remembered(session)),
    keepalive: session.keepAliveS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // check() keeps the time: no timer of MQTT.js may come first.
    connectTimeout: 0x7fff_ffff,
    timerVariant: { set: () => 0, clear: () => {} },
    // Otherwise it looks into the environment; over TLS it takes any text for a proxy.
    ...(scheme !== 'mqtts' && { socksProxy: '' }),
    log: () => {},
    ...(localAddress !== undefined && { localAddress }),
    ...(tls && tlsOptions(tls)),
  };
  return scheme === 'ws' || scheme === 'wss' ? { ...options, wsOptions: wsOptions(session, beginning) } : options;
}

/** What the server shall keep for the client: its session, and its will. */
function remembered({ protocol, sessionExpiryS, will }: Session) {
  const five = protocol === '5';
  return {
    ...(five && sessionExpiryS !== undefined && { properties: { sessionExpiryInterval: sessionExpiryS } }),
    ...(will && {
      will: {
        topic: will.topicName,
        payload: Buffer.from(will.payload),
        qos: will.qos,
        retain: will.retain,
        ...(five && will.delayS > 0 && { properties: { willDelayInterval: will.delayS } }),
      },
    }),
  };
}

function tlsOptions({ ca, cert, key, servername, verify }: NonNullable<Session['target']['tls']>) {
  return {
    rejectUnauthorized: verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
  };
}

function wsOptions({ target: { url, tls, headers, localAddress } }: Session, { dialled, upgraded }: Beginning) {
  return {
    headers: headers ?? {},
    perMessageDeflate: false,
    // The one place where MQTT.js lets go of its WebSocket.
    finishRequest(request: ClientRequest, socket: EventEmitter) {
      socket.once('open', upgraded);
      request.end();
    },
    createConnection({ host, port }: { host: string; port: number }) {
      // An address is no server name [RFC 6066, 3].
      const servername = /^[\d.]+$|:/.test(host) ? '' : host;
      const plain = { host, port: Number(port), ...(localAddress !== undefined && { localAddress }) };
      const secure = { ...plain, servername, ...(tls && tlsOptions(tls)) } as ConnectionOptions;
      const socket = url.startsWith('wss:') ? connectTls(secure) : connectTcp(plain);
      socket.setNoDelay(true);
      dialled(socket);
      return socket;
    },
  };
}
