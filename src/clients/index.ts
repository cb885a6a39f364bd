import type { OpenClient } from './client.ts';

/** The members of the contract in client.ts; loaded when asked for, because importing MQTT.js costs 0.1 s. */
export const clients = {
  wire: async () => (await import('./wire.ts')).wire,
  mqttjs: async () => (await import('./mqttjs.ts')).mqttjs,
} as const satisfies Record<string, () => Promise<OpenClient>>;
