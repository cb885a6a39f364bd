import type { Protocol } from '../../src/mqtt/packets.ts';
import type { Reaction, Script } from './scripted-broker.ts';
import { accepted, obedient, silent } from './scripted-broker.ts';

/** One way of a broker to be wrong, up to what it must cost the client. */
export interface Misbehaviour {
  readonly name: string;
  readonly protocols: readonly Protocol[];
  readonly script: Script;
  /** The cause that `closed` must tell. */
  readonly cause: string;
  /** How far the client gets: what the test does before it waits for `closed`. */
  readonly after: 'connect' | 'subscribe' | 'publish1' | 'publish2' | 'idle';
}

const every: readonly Protocol[] = ['3.1', '3.1.1', '5'];
const three: readonly Protocol[] = ['3.1', '3.1.1'];
const five: readonly Protocol[] = ['5'];

/** Answers as it should, and then sends these bytes too. */
function andThen(cmd: 'connect' | 'subscribe' | 'publish', ...bytes: number[]): Script {
  const reaction: Reaction = (packet, peer) => {
    obedient[cmd]?.(packet, peer);
    peer.send(Uint8Array.from(bytes));
  };
  return { [cmd]: reaction };
}

function instead(cmd: 'connect' | 'subscribe' | 'publish' | 'pubrel', ...bytes: number[]): Script {
  return { [cmd]: ((_, peer) => peer.send(Uint8Array.from(bytes))) satisfies Reaction };
}

/** Longer than the remaining length that its second byte announces. */
const garbage = [...Buffer.from('Good evening, what can I do for you? '.repeat(4))];
const ofText = (text: string) => instead('connect', ...Buffer.from(text));

function broken(
  name: string,
  after: Misbehaviour['after'],
  protocols: readonly Protocol[],
  script: Script,
  cause = 'broker_protocol_error',
): Misbehaviour {
  return { name, protocols, script, cause, after };
}

export const misbehaviours: readonly Misbehaviour[] = [
  broken('sends garbage instead of CONNACK', 'connect', every, instead('connect', ...garbage)),
  broken(
    'is a web server',
    'connect',
    every,
    ofText('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    'http_server',
  ),
  broken('is an SSH server', 'connect', every, ofText('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'), 'ssh_server'),
  broken('answers with a TLS alert', 'connect', every, instead('connect', 0x15, 3, 3, 0, 2, 2, 70), 'tls_expected'),
  broken('sends PINGRESP before CONNACK', 'connect', every, instead('connect', 0xd0, 0)),
  broken('sends a CONNACK with reserved flags', 'connect', every, instead('connect', 0x20, 3, 0xfe, 0, 0)),
  broken('sends garbage after SUBACK', 'subscribe', every, andThen('subscribe', ...garbage)),
  broken('sends the reserved packet type 0', 'subscribe', every, andThen('subscribe', 0x00, 0)),
  broken('sends a packet that only clients send', 'subscribe', every, andThen('subscribe', 0xc0, 0)),
  broken(
    'sends a remaining length of five bytes',
    'subscribe',
    every,
    andThen('subscribe', 0x30, 255, 255, 255, 255, 1),
  ),
  broken('sends PUBLISH with QoS 3', 'subscribe', three, andThen('subscribe', 0x36, 7, 0, 1, 97, 0, 1, 98, 99)),
  broken('sends PUBLISH with an empty topic', 'subscribe', three, andThen('subscribe', 0x30, 4, 0, 0, 98, 99)),
  broken(
    'sends PUBLISH whose topic is longer than it',
    'subscribe',
    every,
    andThen('subscribe', 0x30, 4, 0, 9, 97, 98),
  ),
  broken('sends PUBREL without a packet id', 'subscribe', every, andThen('subscribe', 0x62, 0)),
  broken('sends PUBLISH with the packet id 0', 'subscribe', three, andThen('subscribe', 0x32, 5, 0, 1, 97, 0, 0)),
  broken('acknowledges a packet id that is not in flight', 'publish1', every, instead('publish', 0x40, 2, 0xff, 0xf0)),
  broken('completes a packet id that is not in flight', 'publish2', every, instead('publish', 0x70, 2, 0xff, 0xf0)),
  broken('answers QoS 1 with PUBREC', 'publish1', every, {
    publish: (packet, peer) => peer.send({ cmd: 'pubrec', messageId: packet.messageId ?? 0 }),
  }),
  broken('answers QoS 2 with PUBACK', 'publish2', every, {
    publish: (packet, peer) => peer.send({ cmd: 'puback', messageId: packet.messageId ?? 0 }),
  }),
  broken('sends a SUBACK with too many codes', 'subscribe', every, {
    subscribe: (packet, peer) => peer.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [0, 0, 0] }),
  }),
  broken('sends CONNACK twice', 'subscribe', every, {
    subscribe: (_, peer) => peer.send(accepted(peer)),
  }),
  broken(
    'closes instead of answering CONNECT',
    'connect',
    every,
    { connect: (_, peer) => peer.end() },
    'connection_closed',
  ),
  broken(
    'resets instead of answering CONNECT',
    'connect',
    every,
    { connect: (_, peer) => peer.reset() },
    'connection_reset',
  ),
  broken(
    'closes in the middle of a packet',
    'subscribe',
    every,
    {
      subscribe: (packet, peer) => {
        obedient.subscribe?.(packet, peer);
        peer.send(Uint8Array.of(0x30, 100, 0, 1, 97, 98));
        peer.end();
      },
    },
    'connection_closed',
  ),
  broken('never answers CONNECT', 'connect', every, { connect: silent }, 'connack_timeout'),
  broken('never answers SUBSCRIBE', 'subscribe', every, { subscribe: silent }, 'suback_timeout'),
  broken('never answers PINGREQ', 'idle', every, { pingreq: silent }, 'ping_timeout'),
  broken(
    'says that another client took the session over',
    'subscribe',
    five,
    { subscribe: (_, peer) => peer.send({ cmd: 'disconnect', reasonCode: 0x8e }) },
    'session_taken_over',
  ),
  broken(
    'says that it is shutting down',
    'subscribe',
    five,
    { subscribe: (_, peer) => peer.send({ cmd: 'disconnect', reasonCode: 0x8b }) },
    'server_shutting_down',
  ),
  broken(
    'says DISCONNECT without a reason',
    'subscribe',
    five,
    { subscribe: (_, peer) => peer.send({ cmd: 'disconnect', reasonCode: 0 }) },
    'connection_closed',
  ),
  ...refusals(three, [
    [1, 'unacceptable_protocol_version'],
    [2, 'identifier_rejected'],
    [3, 'server_unavailable'],
    [4, 'bad_user_name_or_password'],
    [5, 'not_authorized'],
    [0x42, 'reason_0x42'],
  ]),
  ...refusals(five, [
    // What a broker of MQTT 3 answers to MQTT 5.
    [1, 'unacceptable_protocol_version'],
    [0x84, 'unsupported_protocol_version'],
    [0x86, 'bad_user_name_or_password'],
    [0x87, 'not_authorized'],
    [0x88, 'server_unavailable'],
    [0x9f, 'connection_rate_exceeded'],
    [0xee, 'reason_0xee'],
  ]),
];

function refusals(protocols: readonly Protocol[], codes: readonly (readonly [number, string])[]): Misbehaviour[] {
  const properties = protocols === five ? [0] : [];
  return codes.map(([code, cause]) => {
    const bytes = [0x20, 2 + properties.length, 0, code, ...properties];
    return broken(
      `refuses CONNECT with 0x${code.toString(16)}`,
      'connect',
      protocols,
      instead('connect', ...bytes),
      cause,
    );
  });
}
