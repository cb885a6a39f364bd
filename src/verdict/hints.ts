/** What is known of a broker beside the cause of a failed connect. */
export type Circumstances = {
  /** Some client was let in there. */
  readonly reached?: boolean;
  /** The scenario names the authorities to trust. */
  readonly ca?: boolean;
  /** --broker has named it; `tlsDropped`: in the place of one that had tls. */
  readonly byOption?: boolean;
  readonly tlsDropped?: boolean;
  /** Its number in the scenario. */
  readonly index?: number;
  /** The certificate of the clients has expired. */
  readonly expired?: boolean;
};

/** What to look at first, by the cause of a failed connect. `url`: the broker's, without credentials. */
export function connectHint(cause: string, url: string, circumstances: Circumstances = {}): string | undefined {
  const { reached = true, ca = false, expired = false } = circumstances;
  if (!reached && cause in closedAtOnce) {
    const scheme = url.slice(0, url.indexOf(':'));
    return perhapsOther[scheme] ?? hints[cause];
  }
  if (cause === 'not_tls' && url.startsWith('wss:')) return plainWebSocket;
  if (cause === 'certificate_issuer_unknown' && ca) return notByCa;
  if (cause === 'client_certificate_refused' && expired) return ownExpired;
  const added = addedBy(cause, circumstances);
  return added === undefined ? hints[cause] : `${hints[cause]} ${added}`;
}

/** How to give beside --broker what a scenario says below the broker. */
function addedBy(cause: string, { byOption, tlsDropped, index = 0 }: Circumstances): string | undefined {
  const options = settings[cause]?.replaceAll('brokers.0', `brokers.${index}`);
  if (options === undefined || byOption !== true) return undefined;
  return tlsDropped === true
    ? `--broker drops the tls of the scenario: add ${options}.`
    : `With --broker, add ${options}.`;
}

const plainWebSocket = 'What answers there does not speak TLS: use ws:// instead of wss://.';
const notByCa =
  'Its certificate is not by tls.ca, nor by an authority in between that the broker sends along: give the one that has ' +
  'issued it; to test all the same, tls: { verify: false }.';
const ownExpired = 'It does not accept the certificate of the clients (tls.cert), which has expired: renew it.';
const settings: Readonly<Record<string, string>> = {
  certificate_issuer_unknown: '--set brokers.0.tls.ca=ca.pem (its path counts from the current folder)',
  certificate_name_mismatch: '--set brokers.0.tls.servername=...',
  client_certificate_required:
    '--set brokers.0.tls.cert=client.pem and --set brokers.0.tls.key=client.key (paths count from the current folder)',
};

const closedAtOnce: Readonly<Record<string, true>> = { connection_closed: true, connection_reset: true };
const orLimits =
  'If it is, the log of the broker says why: often a limit of connections, or a protocol version that it does not know.';
const perhapsTls = `It ended the connection instead of answering: this looks like a TLS port, so use mqtts:// instead of mqtt://. ${orLimits.replace('If it is', 'If it is none')}`;
const perhapsNoTls = `It ended the connection instead of answering: is it a TLS port? A plain one is mqtt:// or ws://. ${orLimits}`;
const perhapsNoWebSocket =
  'It ended the connection instead of answering the WebSocket handshake: try wss:// if it is a TLS port, or mqtt:// if it is ' +
  'no WebSocket listener.';
const perhapsOther: Readonly<Record<string, string>> = {
  mqtt: perhapsTls,
  tcp: perhapsTls,
  mqtts: perhapsNoTls,
  wss: perhapsNoTls,
  ws: perhapsNoWebSocket,
};

const hints: Readonly<Record<string, string>> = {
  connection_refused: 'Nothing listens there: is the broker running, and are host and port right?',
  name_not_found: 'The host name does not resolve: is it spelled correctly?',
  host_unreachable: 'There is no route to it: check the network, a VPN or a firewall.',
  connect_timeout:
    'Nothing answered, not even with a refusal: a firewall may drop the packets (of MQTT, TCP ports 1883 and 8883 must be open), ' +
    'or the host is off. If the broker is only slow, raise connect.timeout or lower connect.rate.',
  connack_timeout:
    'It takes connections but does not answer MQTT: is this the port of an MQTT broker? If it is, the broker is too busy: raise ' +
    'connect.timeout or lower connect.rate.',
  tls_expected: 'This is a TLS port: use mqtts:// instead of mqtt://.',
  http_server:
    'An HTTP server answers there, not an MQTT broker: is the port right? For MQTT over WebSocket use ws:// or wss://, often ' +
    'with the path /mqtt.',
  ssh_server:
    'An SSH server answers there, not an MQTT broker: is the port right? Usual for MQTT is 1883, with TLS 8883.',
  connection_closed:
    'The broker closed the connection without a word: its log says why; often a limit of connections, or a protocol version that it does not know.',
  connection_reset: 'The broker reset the connection: its log says why; often a limit of connections.',
  broker_protocol_error: 'What answers there does not speak MQTT in a way that can be understood: is it an MQTT port?',
  bad_user_name_or_password:
    'Give the right username and password in the scenario, or in --broker mqtt://user:password@host.',
  not_authorized:
    'The broker asks for other credentials: give the right username and password in the scenario, or in --broker ' +
    'mqtt://user:password@host.',
  unacceptable_protocol_version: 'The broker does not speak this version of MQTT: set protocol to another one.',
  unsupported_protocol_version: 'The broker does not speak this version of MQTT: set protocol to another one.',
  identifier_rejected: 'The broker does not take these client ids: choose another template with clientId.',
  client_identifier_not_valid: 'The broker does not take these client ids: choose another template with clientId.',
  out_of_ports:
    'This machine has no source port left for it: use fewer clients, more addresses (localAddress), brokers or machines, or as root sysctl -w ' +
    'net.ipv4.ip_local_port_range="1025 65535".',
  local_address_of_other_family:
    'localAddress has IPv4 addresses where the name of the broker stands for IPv6 ones, or the other way round: give some of its family.',
  too_many_files: 'This process may not open more sockets: raise the limit with "ulimit -n 65536" before the run.',
  qos_not_supported: 'It does not take this QoS, of a publish or a will: lower qos.',
  retain_not_supported: 'It takes no retained messages, of a publish or a will: leave retain out.',
  certificate_expired:
    'Its certificate has expired: renew it on the broker; to test all the same, set tls: { verify: false }.',
  certificate_not_yet_valid: 'Its certificate is not valid yet: are the clocks of both machines right?',
  certificate_name_mismatch:
    'Its certificate is for another name: connect by that name, or say it with tls: { servername: ... }.',
  certificate_issuer_unknown:
    'Nobody that is trusted here has issued its certificate: give its authority with tls: { ca: ca.pem }; to test all the same, tls: { verify: false }.',
  certificate_invalid: 'Its certificate is not good for this: Events has the reason.',
  client_certificate_required: 'It asks clients for a certificate: give tls: { cert: ..., key: ... }.',
  client_certificate_refused:
    'It does not accept the certificate of the clients: has it expired, or does the broker not know its authority?',
  not_tls: 'What answers there does not speak TLS: if it is a plain port, use mqtt:// (or ws://).',
  tls_handshake_failed:
    'The TLS handshake failed: is that a TLS port, and do both sides share a version of TLS? The log of the broker says why.',
  websocket_refused:
    'What answers there does not take MQTT over WebSocket: are the path (often /mqtt) and the port right?',
  quota_exceeded: 'The broker has a limit of connections or rate: raise it, or lower connect.rate.',
  connection_rate_exceeded: 'The broker limits how fast clients may connect: lower connect.rate.',
  server_unavailable: 'The broker says that it is not available: its log says why.',
};
