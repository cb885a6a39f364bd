import type { Transport } from './transport.ts';

const tcp = async () => (await import('./tcp.ts')).tcp;
const tls = async () => (await import('./tls.ts')).tls;
const websocket = async () => (await import('./websocket.ts')).websocket;

/** By the scheme of a broker's url; loaded when asked for, because importing ws costs 30 ms. */
export const transports = {
  mqtt: tcp,
  tcp,
  mqtts: tls,
  ssl: tls,
  tls,
  ws: websocket,
  wss: websocket,
} as const satisfies Record<string, () => Promise<Transport>>;
