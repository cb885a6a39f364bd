import { loadTransports } from '../transports/load.ts';
import type { OpenClient } from './client.ts';

/** What loads a client that can dial urls of these schemes. */
export type LoadClient = (schemes: readonly string[]) => Promise<OpenClient>;

/** The members of the contract in client.ts; loaded when asked for, because importing MQTT.js costs 0.1 s. */
export const clients = {
  wire: async (schemes) => {
    const { wireOver } = await import('./wire.ts');
    return wireOver(await loadTransports(schemes));
  },
  mqttjs: async () => (await import('./mqttjs.ts')).mqttjs,
} as const satisfies Record<string, LoadClient>;
