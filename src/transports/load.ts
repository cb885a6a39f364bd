import { schemeOf } from './address.ts';
import { transports } from './index.ts';
import type { Transport } from './transport.ts';

const known: Readonly<Record<string, () => Promise<Transport>>> = transports;

/** What finds the transport of a url, among those of these schemes. */
export async function loadTransports(schemes: readonly string[]): Promise<(url: string) => Transport> {
  const loaded = [...new Set(schemes)].map(async (scheme) => {
    const load = known[scheme];
    if (load === undefined) throw new Error(`no transport for ${scheme}`);
    return [scheme, await load()] as const;
  });
  const found = new Map<string, Transport>(await Promise.all(loaded));
  return (url) => {
    const transport = found.get(schemeOf(url));
    if (transport === undefined) throw new Error(`no transport for ${url}`);
    return transport;
  };
}
