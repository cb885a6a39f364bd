const defaultPorts: Readonly<Record<string, number>> = {
  mqtt: 1883,
  tcp: 1883,
  mqtts: 8883,
  ssl: 8883,
  tls: 8883,
  ws: 80,
  wss: 443,
};

const addresses = new Map<string, { host: string; port: number }>();

export function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(':'));
}

/** Host and port of a url, with the registered port of its scheme where it names none. */
export function addressOf(url: string): { host: string; port: number } {
  let address = addresses.get(url);
  if (address === undefined) {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    address = { host, port: port === '' ? (defaultPorts[schemeOf(url)] as number) : Number(port) };
    addresses.set(url, address);
  }
  return address;
}

/** A broker's url as it may be shown: without the user name and password, or the signed query, that it may carry. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/)[^/]*@/i, '$1').replace(/\?.*$/s, '?...');
}
