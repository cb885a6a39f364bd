import { parentPort, workerData } from 'node:worker_threads';
import { fleet } from '../fleet/execute.ts';
import { type Command, obey, type Task } from './protocol.ts';

/** The inside of a worker thread: a fleet, told through messages. */
const port = parentPort;
if (port !== null) {
  const { plan, worker } = workerData as Task;
  const execution = fleet(plan, worker, (snapshot) => {
    port.postMessage(snapshot);
    // Nothing more to hear: the thread ends by itself when its sockets have.
    if (snapshot.phase === 'ended') port.close();
  });
  port.on('message', (command: Command) => obey(execution, command));
}
