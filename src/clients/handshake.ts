import { type ConnackPacket, decodeOr, encodeConnect } from '../mqtt/codec.ts';
import type { Protocol } from '../mqtt/packets.ts';
import { cause, connackName, disconnectName } from './causes.ts';
import type { Session } from './client.ts';
import { largestWindow } from './subscribing.ts';

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
function answerOf(packet: ConnackPacket, session: Session): Answer {
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

/** What has come must be a CONNACK; what is malformed is a refusal too. */
export function readConnack(bytes: Buffer, session: Session): Answer {
  let why = 'no CONNACK';
  const packet = decodeOr(bytes, session.protocol, (detail) => {
    why = detail;
  });
  return packet?.cmd === 'connack' ? answerOf(packet, session) : { refused: cause.protocolError, detail: why };
}

/** Why the server sent DISCONNECT, which only MQTT 5 lets it do [MQTT-3.14]. */
export function readDisconnect(bytes: Buffer, protocol: Protocol): { cause: string; detail: string | undefined } {
  let why = 'DISCONNECT from a server of MQTT 3';
  const packet =
    protocol !== '5'
      ? undefined
      : decodeOr(bytes, protocol, (detail) => {
          why = detail;
        });
  if (packet?.cmd !== 'disconnect') return { cause: cause.protocolError, detail: why };
  return { cause: disconnectName(packet.reasonCode ?? 0), detail: packet.properties?.reasonString };
}
