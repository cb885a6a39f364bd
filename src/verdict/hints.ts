/** What to look at first, by the cause of a failed connect. `urls`: the brokers, without credentials. */
export function connectHint(cause: string, urls: string): string | undefined {
  const hint = hints[cause]?.replace('URLS', urls);
  if (!silent.includes(cause) || !/\b(mqtts|wss):/.test(urls)) return hint;
  return `${hint} With mqtts:// and wss:// it may also be no TLS port: the plain one is mqtt:// or ws://.`;
}

/** How a port that expects something else than TLS ends a TLS handshake. */
const silent = ['connection_reset', 'connection_closed', 'connect_timeout'];

const hints: Readonly<Record<string, string>> = {
  connection_refused: 'Nothing listens there: is the broker running at URLS, and is that the right port?',
  name_not_found: 'The host name of URLS does not resolve: is it spelled correctly?',
  host_unreachable: 'There is no route to URLS: check the network, a VPN or a firewall.',
  connect_timeout:
    'URLS did not answer in time: is it an MQTT port, is a firewall in between, or is connect.timeout too short for this rate?',
  connection_closed:
    'The broker closed the connection without a word: its log says why; often a limit of connections, or a protocol version that it does not know.',
  connection_reset: 'The broker reset the connection: its log says why; often a limit of connections.',
  broker_protocol_error:
    'What answers at URLS does not speak MQTT in a way that can be understood: is it an MQTT port?',
  bad_user_name_or_password:
    'Give the right username and password in the scenario, or in --broker mqtt://user:password@host.',
  not_authorized: 'The broker asks for other credentials: give username and password in the scenario or in --broker.',
  unacceptable_protocol_version: 'The broker does not speak this version of MQTT: set protocol to another one.',
  unsupported_protocol_version: 'The broker does not speak this version of MQTT: set protocol to another one.',
  identifier_rejected: 'The broker does not take these client ids: choose another template with clientId.',
  client_identifier_not_valid: 'The broker does not take these client ids: choose another template with clientId.',
  out_of_ports: 'This machine has no source port left for URLS: use fewer clients, more brokers or more machines.',
  too_many_files: 'This process may not open more sockets: raise the limit with "ulimit -n".',
  qos_not_supported: 'The broker at URLS does not take publishes of this QoS: lower qos.',
  retain_not_supported: 'The broker at URLS takes no retained messages: leave retain out.',
  certificate_expired:
    'The certificate of URLS has expired: renew it on the broker; to test all the same, set tls: { verify: false }.',
  certificate_not_yet_valid: 'The certificate of URLS is not valid yet: are the clocks of both machines right?',
  certificate_name_mismatch:
    'The certificate of URLS is for another name: connect by that name, or say it with tls: { servername: ... }.',
  certificate_issuer_unknown:
    'Nobody that is trusted here has issued the certificate of URLS: give its authority with tls: { ca: ca.pem }; to test all the same, verify: false.',
  certificate_invalid: 'The certificate of URLS is not good for this: see the reason in Events.',
  client_certificate_required: 'The broker at URLS asks clients for a certificate: give tls: { cert: ..., key: ... }.',
  client_certificate_refused:
    'The broker at URLS does not accept the certificate of the clients: is it expired, or of an authority that the broker does not know?',
  not_tls: 'What answers at URLS does not speak TLS: is it a plain port? Then use mqtt:// (or ws://).',
  tls_handshake_failed:
    'The TLS handshake with URLS failed: is that a TLS port, and do both sides share a version of TLS? The log of the broker says why.',
  websocket_refused:
    'What answers at URLS does not take MQTT over WebSocket there: is the path right (often /mqtt), and the port?',
  quota_exceeded: 'The broker has a limit of connections or rate: raise it, or lower connect.rate.',
  connection_rate_exceeded: 'The broker limits how fast clients may connect: lower connect.rate.',
  server_unavailable: 'The broker says that it is not available: its log says why.',
};
