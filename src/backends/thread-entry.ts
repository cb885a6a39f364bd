import { parentPort, workerData } from 'node:worker_threads';
import { fleet } from '../fleet/execute.ts';
import { metronomeTicker } from '../fleet/tickers/metronome.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import { type Command, obey, type Task } from './protocol.ts';

/** The inside of a worker thread: a fleet, told through messages. */
const port = parentPort;
if (port !== null) {
  const { plan, worker, place } = workerData as Task;
  const tell = (snapshot: Snapshot): void => {
    port.postMessage(snapshot);
    // Nothing more to hear: the thread ends by itself when its sockets have.
    if (snapshot.phase === 'ended') port.close();
  };
  const execution = fleet(plan, worker, tell, metronomeTicker(place));
  port.on('message', (command: Command) => obey(execution, command));
}
