import { pino } from 'pino';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What happens beside the numbers: JSON lines on stderr. Each thread has its own; set `log.level` where a thread begins. */
export const log = pino({ level: 'warn', base: null }, pino.destination({ dest: 2, sync: true }));
