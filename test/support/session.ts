import type { Outgoing, Session } from '../../src/clients/client.ts';
import type { Qos } from '../../src/mqtt/packets.ts';

let made = 0;

/** A session with a client id of its own and no keep-alive. */
export function sessionTo(url: string, settings: Partial<Session> = {}): Session {
  made++;
  return {
    clientId: `test-${process.pid}-${made}`,
    target: { url },
    protocol: '3.1.1',
    cleanStart: true,
    resumes: false,
    keepAliveS: 0,
    inFlight: 20,
    connectTimeoutMs: 10_000,
    ...settings,
  };
}

export function publishing(topicName: string, qos: Qos, payload: string | Uint8Array, stream = 0): Outgoing {
  return { topicName, qos, payload: Buffer.from(payload), retain: false, stream, sequence: 0, memo: null };
}
