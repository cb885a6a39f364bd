import { type ConnackPacket, encodeConnect } from '../mqtt/codec.ts';
import { cause, connackName } from './causes.ts';
import type { Session } from './client.ts';

export function connectPacket({ clientId, protocol, cleanStart, keepAliveS, username, password }: Session): Buffer {
  return encodeConnect({
    clientId,
    protocol,
    cleanStart,
    keepAliveS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
}

/** What a CONNACK settles: a refusal by its name, or what the server asks of this connection. */
export type Answer =
  | { readonly refused: string; readonly detail: string | undefined }
  | { readonly sessionPresent: boolean; readonly keepAliveUs: number; readonly window: number };

/** A Server Keep Alive replaces ours [MQTT-3.2.2-21]; Receive Maximum bounds our window [MQTT-3.3.4-9]. */
export function answerOf(packet: ConnackPacket, session: Session, largestWindow: number): Answer {
  const { protocol, keepAliveS, inFlight } = session;
  const { properties } = packet;
  const code = (protocol === '5' ? packet.reasonCode : packet.returnCode) ?? 0;
  if (code !== 0) return { refused: connackName(protocol, code), detail: properties?.reasonString };
  if (properties?.receiveMaximum === 0)
    return { refused: cause.protocolError, detail: 'Receive Maximum is 0 [MQTT-3.2.2.3.3]' };
  return {
    sessionPresent: packet.sessionPresent,
    keepAliveUs: (properties?.serverKeepAlive ?? keepAliveS) * 1e6,
    window: Math.min(inFlight, properties?.receiveMaximum ?? largestWindow),
  };
}
