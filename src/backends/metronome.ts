import { extname } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { log } from '../base/log.ts';
import { type Place, wordsFor } from '../fleet/tickers/metronome.ts';
import type { Score } from './metronome-entry.ts';

/** One thread that wakes all load threads of a run, each at its place. */
export interface Metronome {
  readonly places: readonly Place[];
  stop(): void;
}

const entryUrl = new URL(`./metronome-entry${extname(import.meta.url)}`, import.meta.url);

export function startMetronome(count: number): Metronome {
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * wordsFor(count));
  const lines = Array.from({ length: count }, () => new MessageChannel());
  const ports: MessagePort[] = lines.map(({ port1 }) => port1);
  const workerData: Score = { memory, ports };
  const worker = new Worker(entryUrl, { workerData, transferList: ports, name: 'metronome', execArgv: [] });
  // Without it the load threads go on by plain timers, up to some 25 ms late: the report then says so.
  worker.on('error', (error) => log.warn(`the metronome ended: ${error}`));
  worker.unref();
  return {
    places: lines.map(({ port2 }, place) => ({ memory, place, port: port2 })),
    stop: () => void worker.terminate(),
  };
}
