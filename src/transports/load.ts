import { transports } from './index.ts';
import type { Transport } from './transport.ts';

const known: Readonly<Record<string, () => Promise<Transport>>> = transports;

/** The transports of these url schemes. */
export async function loadTransports(schemes: readonly string[]): Promise<ReadonlyMap<string, Transport>> {
  const loaded = [...new Set(schemes)].map(async (scheme) => {
    const load = known[scheme];
    if (load === undefined) throw new Error(`no transport for ${scheme}`);
    return [scheme, await load()] as const;
  });
  return new Map(await Promise.all(loaded));
}
