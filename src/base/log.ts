import { pino } from 'pino';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

const direct = pino.destination({ dest: 2, sync: true });
let tell = (line: string): void => void direct.write(line);

/** What happens beside the numbers: JSON lines on stderr. */
export const log = pino({ level: 'warn', base: null }, { write: (line: string) => tell(line) });

/** In the place of stderr, where others write there too. */
export function tellLogTo(write: (line: string) => void): void {
  tell = write;
}
