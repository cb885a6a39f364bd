import { nearest } from '../base/nearest.ts';

export type BrokerAddress = {
  /** Without user name and password: "mqtt://127.0.0.1:1883". */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
};

const defaultPort = 1883;
const schemes = ['mqtt', 'tcp'];
const laterSchemes = ['mqtts', 'ssl', 'tls', 'ws', 'wss'];

/** mqtt://[user[:password]@]host[:port], tcp:// means the same. The problem's rule is a clause: "must ...". */
export function parseBrokerUrl(text: string): BrokerAddress | { readonly rule: string; readonly hint?: string } {
  const [, scheme, rest] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) {
    const plain = /^[A-Za-z0-9.-]+(:[0-9]+)?$/.test(text);
    return {
      rule: 'must be a url such as mqtt://127.0.0.1:1883',
      ...(plain ? { hint: `did you mean mqtt://${text}?` } : {}),
    };
  }
  if (laterSchemes.includes(scheme)) {
    return { rule: `must be mqtt:// or tcp://: ${scheme}:// is not supported yet by this version` };
  }
  if (!schemes.includes(scheme)) {
    const close = nearest(scheme, schemes);
    return {
      rule: 'must begin with mqtt:// or tcp://',
      ...(close === undefined ? {} : { hint: `did you mean ${close}://?` }),
    };
  }
  return parseAuthority(rest);
}

function parseAuthority(rest: string): BrokerAddress | { readonly rule: string } {
  const at = rest.lastIndexOf('@');
  const [, host, digits] = /^(\[[0-9A-Fa-f:.]+\]|[^\s:/?#[\]]+)(?::([0-9]+))?\/?$/.exec(rest.slice(at + 1)) ?? [];
  if (host === undefined) return { rule: 'must be mqtt://host:port, without a path' };
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port < 1 || port > 65_535) return { rule: 'must have a port from 1 to 65535' };
  const address = { url: `mqtt://${host}:${port}`, host, port };
  if (at < 0) return address;
  const user = rest.slice(0, at);
  const colon = user.indexOf(':');
  try {
    const username = decodeURIComponent(colon < 0 ? user : user.slice(0, colon));
    const password = colon < 0 ? undefined : decodeURIComponent(user.slice(colon + 1));
    // "mqtt://:password@host" has no user name, as in every url; "mqtt://:@host" has neither.
    if (username === '') return password ? { ...address, password } : address;
    return password === undefined ? { ...address, username } : { ...address, username, password };
  } catch {
    return { rule: 'must have its user name and password percent-encoded' };
  }
}
