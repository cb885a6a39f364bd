import { pino } from 'pino';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What happens beside the numbers: JSON lines on stderr. */
export const log = pino({ level: 'warn', base: null }, pino.destination({ dest: 2, sync: true }));
