import { nearest } from '../base/nearest.ts';

export type BrokerAddress = {
  /** Without user name and password, its scheme the shortest that means it: "mqtt://127.0.0.1:1883". */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
};

type Wrong = { readonly rule: string; readonly hint?: string };

/** What each scheme stands for. Ports as registered with IANA; a WebSocket has the path that brokers use if none is given. */
const schemes: Readonly<Record<string, { readonly scheme: string; readonly port: number; readonly path: string }>> = {
  mqtt: { scheme: 'mqtt', port: 1883, path: '' },
  tcp: { scheme: 'mqtt', port: 1883, path: '' },
  mqtts: { scheme: 'mqtts', port: 8883, path: '' },
  ssl: { scheme: 'mqtts', port: 8883, path: '' },
  tls: { scheme: 'mqtts', port: 8883, path: '' },
  ws: { scheme: 'ws', port: 80, path: '/mqtt' },
  wss: { scheme: 'wss', port: 443, path: '/mqtt' },
};
const httpSchemes: Readonly<Record<string, string>> = { http: 'mqtt:// or ws', https: 'mqtts:// or wss' };

/** mqtt, mqtts, ws or wss://[user[:password]@]host[:port], with a path for WebSocket. The problem's rule is a clause: "must ...". */
export function parseBrokerUrl(text: string): BrokerAddress | Wrong {
  const [, scheme, rest] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) {
    const plain = /^[A-Za-z0-9.-]+(:[0-9]+)?$/.test(text);
    return {
      rule: 'must be a url such as mqtt://127.0.0.1:1883',
      ...(plain ? { hint: `did you mean mqtt://${text}?` } : {}),
    };
  }
  const known = schemes[scheme];
  if (known !== undefined) return parseRest(known, rest);
  const close = httpSchemes[scheme] ?? nearest(scheme, Object.keys(schemes));
  return {
    rule: 'must begin with mqtt://, mqtts://, ws:// or wss://',
    ...(close === undefined ? {} : { hint: `did you mean ${close}://?` }),
  };
}

function parseRest({ scheme, port: defaultPort, path: defaultPath }: (typeof schemes)[string], rest: string) {
  // A password may hold slashes, a path may hold an @: what looks like host:port right behind the @ decides.
  const at = /^.*@(?=(?:\[[^\]]*\]|[^\s:/?#@]+)(?::[0-9]+)?(?:\/|$))/s.exec(rest)?.[0].length ?? 0;
  const found = /^(\[[0-9A-Fa-f:.]+\]|[^\s:/?#[\]]+)(?::([0-9]+))?(\/[^\s#]*)?$/.exec(rest.slice(at));
  const [, host, digits, written = ''] = found ?? [];
  if (host === undefined) return { rule: `must be ${scheme}://host:port${defaultPath}` };
  if (defaultPath === '' && written.length > 1) {
    const hint = 'a path is for WebSocket: ws:// or wss://';
    return { rule: `must be ${scheme}://host:port, without a path`, hint };
  }
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port < 1 || port > 65_535) return { rule: 'must have a port from 1 to 65535' };
  const path = defaultPath === '' ? '' : written || defaultPath;
  return withUser(
    { url: `${scheme}://${host}:${port}${path}`, host, port },
    at === 0 ? undefined : rest.slice(0, at - 1),
  );
}

function withUser(address: BrokerAddress, user: string | undefined): BrokerAddress | Wrong {
  if (user === undefined) return address;
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
