import { once } from 'node:events';
import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { startBroker } from '../broker/broker.ts';
import type { Streams } from './check.ts';

/** As commander hands them over. */
export type BrokerWords = { readonly port: string; readonly wsPort?: string; readonly host: string };

const note =
  'The embedded broker speaks MQTT 3.1.1 (and 3.1), not 5. It is for trying out, no measure of capacity. Ctrl-C ends it.';

/** The embedded broker in the foreground; SIGINT and SIGTERM are its normal end. */
export async function broker({ out, err, ...words }: BrokerWords & Streams): Promise<ExitCode> {
  const ports = readPorts(words);
  if (words.host === '') throw new UserError('--host: must not be empty', { hint: '0.0.0.0 is every address' });
  let onExit: (how: string) => void = () => {};
  const died = new Promise<never>((_, reject) => {
    onExit = (how) => reject(new UserError(`the embedded broker ended: ${how}`, { exitCode: exitCode.notStarted }));
  });
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  // Neither the broker's process nor a signal that might come keeps this process.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    const { url, wsUrl, stop } = await startBroker({ ...ports, host: words.host, onExit: (how) => onExit(how) });
    out.write([url, ...(wsUrl === undefined ? [] : [wsUrl])].map((line) => `${line}\n`).join(''));
    err.write(`${note}\n`);
    await Promise.race([stopped, died]);
    await stop();
    return exitCode.passed;
  } finally {
    clearInterval(alive);
  }
}

function readPorts({ port, wsPort }: BrokerWords): { port: number; ws: number | false } {
  const ports = { port: parsePort('--port', port), ws: wsPort !== undefined && parsePort('--ws-port', wsPort) };
  if (ports.ws === ports.port && ports.port !== 0) {
    throw new UserError(`--ws-port ${wsPort}: must be another port than --port`);
  }
  return ports;
}

function parsePort(option: string, text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UserError(`${option} ${text}: must be a whole number from 0 to 65535`, { hint: '0 takes a free port' });
}
