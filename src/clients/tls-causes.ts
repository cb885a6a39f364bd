/** What the codes of OpenSSL and Node mean for somebody who wants to connect; see openssl-verification-options(1). */
const meanings: readonly (readonly [code: RegExp, cause: string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'certificate_expired'],
  [/^CERT_NOT_YET_VALID$/, 'certificate_not_yet_valid'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, 'certificate_name_mismatch'],
  [/SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/, 'certificate_issuer_unknown'],
  [/^CERT_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/, 'certificate_invalid'],
  [/^ERR_SSL_.*ALERT_CERTIFICATE_REQUIRED$/, 'client_certificate_required'],
  [/^ERR_SSL_.*ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_|UNSUPPORTED_CERTIFICATE)/, 'client_certificate_refused'],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, 'not_tls'],
  [/^ERR_SSL_|^EPROTO$/, 'tls_handshake_failed'],
];

/** The cause that an error of TLS means; undefined: it is none. */
export function causeOfTlsError({ code, message }: Error & { readonly code?: unknown }): string | undefined {
  // Node's own words for a socket that was closed in the handshake; its code is that of any reset.
  if (/before secure TLS connection was established/.test(message)) return 'tls_handshake_failed';
  if (typeof code !== 'string') return undefined;
  const said = code === 'EPROTO' ? openSslReason(message) : undefined;
  // Where what was read fails a write, Node leaves the reason in the message only.
  const named = said === undefined ? code : `ERR_SSL_${said.toUpperCase().replaceAll(' ', '_')}`;
  return meanings.find(([known]) => known.test(named))?.[1];
}

/** What OpenSSL says of an error, without its numbers, files and lines; undefined: it is none of OpenSSL. */
export function tlsDetail(message: string): string | undefined {
  return openSslReason(message)?.replace(/^(sslv3|tlsv1|tlsv13) alert /, '');
}

function openSslReason(message: string): string | undefined {
  return /error:[0-9A-F]{8}:[^:]*:[^:]*:([^:\n]+)/i.exec(message)?.[1]?.trim();
}
