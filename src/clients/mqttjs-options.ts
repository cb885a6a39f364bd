import type { Protocol } from '../mqtt/packets.ts';
import type { Session } from './client.ts';

const protocolVersions: Readonly<Record<Protocol, 3 | 4 | 5>> = { '3.1': 3, '3.1.1': 4, '5': 5 };
const defaultPorts = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

/** A session as options of MQTT.js: reconnecting, resubscribing and every timeout are left to us. `localAddress` it cannot. */
export function mqttjsOptions(session: Session) {
  const { url, tls } = session.target;
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const scheme = protocol.slice(0, -1) as keyof typeof defaultPorts;
  return {
    protocol: scheme,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || defaultPorts[scheme],
    path: pathname + search,
    clientId: session.clientId,
    ...(session.username !== undefined && { username: session.username }),
    ...(session.password !== undefined && { password: session.password }),
    protocolVersion: protocolVersions[session.protocol],
    protocolId: session.protocol === '3.1' ? ('MQIsdp' as const) : ('MQTT' as const),
    clean: session.cleanStart,
    keepalive: session.keepAliveS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // check() keeps the time: no timer of MQTT.js may come first.
    connectTimeout: 0x7fff_ffff,
    timerVariant: { set: () => 0, clear: () => {} },
    // Otherwise it looks into the environment.
    socksProxy: '',
    log: () => {},
    ...(tls && tlsOptions(tls)),
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
