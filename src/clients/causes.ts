import { oneLine } from '../base/plain-text.ts';
import type { Protocol } from '../mqtt/packets.ts';
import { causeOfTlsError, tlsDetail } from './tls-causes.ts';

/** Why a connection ended, as `closed` tells it; beside these stand the specification's names of refusals and reason codes. */
export const cause = {
  ended: 'ended',
  connectionRefused: 'connection_refused',
  connectionReset: 'connection_reset',
  connectionClosed: 'connection_closed',
  nameNotFound: 'name_not_found',
  hostUnreachable: 'host_unreachable',
  outOfPorts: 'out_of_ports',
  otherFamily: 'local_address_of_other_family',
  tooManyFiles: 'too_many_files',
  outOfMemory: 'out_of_memory',
  connectTimeout: 'connect_timeout',
  connackTimeout: 'connack_timeout',
  tlsExpected: 'tls_expected',
  httpServer: 'http_server',
  sshServer: 'ssh_server',
  subackTimeout: 'suback_timeout',
  keepAliveTimeout: 'ping_timeout',
  protocolError: 'broker_protocol_error',
  websocketRefused: 'websocket_refused',
  socketError: 'socket_error',
} as const;

const causeOfErrno: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', cause.connectionRefused],
  ['ECONNRESET', cause.connectionReset],
  ['EPIPE', cause.connectionReset],
  ['ECONNABORTED', cause.connectionReset],
  ['ENOTFOUND', cause.nameNotFound],
  ['EAI_AGAIN', cause.nameNotFound],
  ['EHOSTUNREACH', cause.hostUnreachable],
  ['ENETUNREACH', cause.hostUnreachable],
  ['EHOSTDOWN', cause.hostUnreachable],
  ['ENETDOWN', cause.hostUnreachable],
  ['ETIMEDOUT', cause.connectTimeout],
  ['EADDRNOTAVAIL', cause.outOfPorts],
  // Where a local address was asked for, its ports run out at bind(2).
  ['EADDRINUSE', cause.outOfPorts],
  ['EMFILE', cause.tooManyFiles],
  ['ENFILE', cause.tooManyFiles],
  ['EBADMSG', cause.protocolError],
  ['ENOBUFS', cause.outOfMemory],
  ['ENOMEM', cause.outOfMemory],
]);

/**
 * The cause that an error means; `socket_error` where the system's code says nothing more. `uncoded`: where there is none; a code of
 * the system is text.
 */
export function causeOfError(error: Error & { readonly code?: unknown }, uncoded: string = cause.socketError): string {
  const code = typeof error.code === 'string' ? error.code : firstCode(error);
  // What the ws package says of a handshake has no code; what Node's HTTP parser says begins with HPE_.
  if (
    code?.startsWith('HPE_') ||
    /^Unexpected server response|Sec-WebSocket|subprotocol|Upgrade header/.test(error.message)
  )
    return cause.websocketRefused;
  const tls = causeOfTlsError(error);
  if (tls !== undefined) return tls;
  if (/^bind EINVAL/.test(error.message)) return cause.otherFamily;
  return code === undefined ? uncoded : (causeOfErrno.get(code) ?? cause.socketError);
}

/** What an error says, for people: one line; undefined where that is nothing. */
export function detailOf(error: Error | null): string | undefined {
  if (error === null) return undefined;
  const message = error.message === '' && error instanceof AggregateError ? firstMessage(error) : error.message;
  return lineOf(tlsDetail(message) ?? message);
}

function firstMessage({ errors }: AggregateError): string {
  return (errors as Error[])[0]?.message ?? '';
}

/** A name with several addresses fails with one error for all of them. */
function firstCode(error: Error): string | undefined {
  if (!(error instanceof AggregateError)) return undefined;
  return (error.errors as NodeJS.ErrnoException[]).find((each) => each.code !== undefined)?.code;
}

/** Connect return codes of MQTT 3.1.1, table 3.1; MQTT 3.1 has the same five. */
const returnCodes: Readonly<Record<number, string>> = {
  1: 'unacceptable_protocol_version',
  2: 'identifier_rejected',
  3: 'server_unavailable',
  4: 'bad_user_name_or_password',
  5: 'not_authorized',
};

/** MQTT 5.0, table 2-6, without the codes that only requests of ours could carry. */
const reasonCodes: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'granted_qos_1',
  2: 'granted_qos_2',
  4: 'disconnect_with_will_message',
  16: 'no_matching_subscribers',
  17: 'no_subscription_existed',
  24: 'continue_authentication',
  25: 're_authenticate',
  128: 'unspecified_error',
  129: 'malformed_packet',
  130: 'protocol_error',
  131: 'implementation_specific_error',
  132: 'unsupported_protocol_version',
  133: 'client_identifier_not_valid',
  134: 'bad_user_name_or_password',
  135: 'not_authorized',
  136: 'server_unavailable',
  137: 'server_busy',
  138: 'banned',
  139: 'server_shutting_down',
  140: 'bad_authentication_method',
  141: 'keep_alive_timeout',
  142: 'session_taken_over',
  143: 'topic_filter_invalid',
  144: 'topic_name_invalid',
  145: 'packet_identifier_in_use',
  146: 'packet_identifier_not_found',
  147: 'receive_maximum_exceeded',
  148: 'topic_alias_invalid',
  149: 'packet_too_large',
  150: 'message_rate_too_high',
  151: 'quota_exceeded',
  152: 'administrative_action',
  153: 'payload_format_invalid',
  154: 'retain_not_supported',
  155: 'qos_not_supported',
  156: 'use_another_server',
  157: 'server_moved',
  158: 'shared_subscriptions_not_supported',
  159: 'connection_rate_exceeded',
  160: 'maximum_connect_time',
  161: 'subscription_identifiers_not_supported',
  162: 'wildcard_subscriptions_not_supported',
};

/** The specification's name of an MQTT 5 reason code in snake_case; `reason_0xnn` for a code that it does not know. */
export function reasonName(code: number): string {
  return reasonCodes[code] ?? unknownName(code);
}

function unknownName(code: number): string {
  return `reason_0x${code.toString(16).padStart(2, '0')}`;
}

/** Why CONNACK refused. A broker of 3.x may refuse MQTT 5 in its own way: then the codes 1 to 5 come with protocol 5 too. */
export function connackName(protocol: Protocol, code: number): string {
  const refusal = returnCodes[code];
  if (refusal !== undefined) return refusal;
  return protocol === '5' ? reasonName(code) : unknownName(code);
}

/** Why the broker sent DISCONNECT; code 0 says no more than a closed socket. */
export function disconnectName(code: number): string {
  return code === 0 ? cause.connectionClosed : reasonName(code);
}

/** What a server of MQTT 5 says beside a code, in its own words [MQTT-3.2.2.3.9]; undefined: nothing. */
export function reasonText(properties: { readonly reasonString?: string } | undefined): string | undefined {
  return lineOf(properties?.reasonString ?? '');
}

function lineOf(text: string): string | undefined {
  return oneLine(text).replaceAll(/\s+/g, ' ').trim() || undefined;
}
