import { noTimeUs } from '../../base/clock.ts';
import { type ConnackPacket, decodeOr, encodeConnect } from '../../mqtt/codec.ts';
import type { Protocol } from '../../mqtt/packets.ts';
import { cause, connackName, disconnectName, reasonText } from '../causes.ts';
import type { Session, Welcome } from '../client.ts';
import { type Limits, limitsOf, noLimits } from '../limits.ts';
import { Succession } from '../succession.ts';

/** How the connections of one session begin; one a client. */
export class Handshake {
  readonly #session: Session;
  readonly #succession: Succession;
  #tcpUs = noTimeUs;
  #tlsUs = noTimeUs;
  #webSocketUs = noTimeUs;
  openedUs = noTimeUs;

  constructor(session: Session) {
    this.#session = session;
    this.#succession = new Succession(session);
  }

  begin(fresh: boolean, nowUs: number): void {
    this.#succession.fresh = fresh;
    this.openedUs = nowUs;
  }

  /** CONNECT, once the transport is open. */
  packet(tcpUs: number, tlsUs: number, webSocketUs: number): Buffer {
    this.#tcpUs = tcpUs;
    this.#tlsUs = tlsUs;
    this.#webSocketUs = webSocketUs;
    const { protocol, keepAliveS, username, password, sessionExpiryS, will } = this.#session;
    const { clientId, cleanStart, fresh } = this.#succession;
    return encodeConnect({
      clientId,
      protocol,
      cleanStart,
      keepAliveS,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(sessionExpiryS === undefined || fresh ? {} : { sessionExpiryS }),
      ...(will === undefined || fresh ? {} : { will }),
    });
  }

  /** `resumed`: the session of the connection before goes on. */
  accepted(sessionPresent: boolean, limits: Limits): { readonly welcome: Welcome; readonly resumed: boolean } {
    const resumed = this.#succession.accepted(sessionPresent, limits);
    const instants = {
      openedUs: this.openedUs,
      tcpUs: this.#tcpUs,
      tlsUs: this.#tlsUs,
      webSocketUs: this.#webSocketUs,
    };
    return { resumed, welcome: { sessionPresent, ...instants, limits } };
  }
}

/** What a CONNACK settles: a refusal by its name, or what the server asks of this connection. */
export type Answer =
  | { readonly refused: string; readonly detail: string | undefined }
  | { readonly sessionPresent: boolean; readonly limits: Limits };

function answerOf({ properties, ...packet }: ConnackPacket, protocol: Protocol): Answer {
  const code = (protocol === '5' ? packet.reasonCode : packet.returnCode) ?? 0;
  if (code !== 0) return { refused: connackName(protocol, code), detail: reasonText(properties) };
  if (properties?.receiveMaximum === 0)
    return { refused: cause.protocolError, detail: 'Receive Maximum is 0 [MQTT-3.2.2.3.3]' };
  return { sessionPresent: packet.sessionPresent, limits: limitsOf(properties) };
}

/** What has come must be a CONNACK; what is malformed is a refusal too. */
export function readConnack(bytes: Buffer, protocol: Protocol): Answer {
  // Before MQTT 5 it is flags and a code, which a storm of connections shall not pay a parser for [MQTT-3.2.2].
  if (protocol !== '5' && bytes.length === 4 && bytes[1] === 2 && bytes[3] === 0 && (bytes[2] as number) < 2)
    return { sessionPresent: bytes[2] === 1, limits: noLimits };
  let why = 'no CONNACK';
  const packet = decodeOr(bytes, protocol, (detail) => {
    why = detail;
  });
  return packet?.cmd === 'connack' ? answerOf(packet, protocol) : { refused: cause.protocolError, detail: why };
}

type Why = readonly [cause: string, detail: string | undefined];

/** Why the server sent DISCONNECT, which only MQTT 5 lets it do [MQTT-3.14]. */
export function readDisconnect(bytes: Buffer, protocol: Protocol): Why {
  let why = 'DISCONNECT from a server of MQTT 3';
  const packet =
    protocol !== '5'
      ? undefined
      : decodeOr(bytes, protocol, (detail) => {
          why = detail;
        });
  if (packet?.cmd !== 'disconnect') return [cause.protocolError, why];
  return [disconnectName(packet.reasonCode ?? 0), reasonText(packet.properties)];
}
