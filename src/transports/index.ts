import { tcp } from './tcp.ts';
import type { Transport } from './transport.ts';

/** By the scheme of a broker's url. */
export const transports: Readonly<Record<string, Transport>> = { mqtt: tcp, tcp };
