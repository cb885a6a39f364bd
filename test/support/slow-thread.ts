import { workerData } from 'node:worker_threads';
import type { Task } from '../../src/backends/protocol.ts';

// A worker thread that begins the later the higher its number is; commands that come before wait in its port.
const number = Number((workerData as Task).worker.replace('thread ', ''));
await new Promise((resolve) => {
  setTimeout(resolve, (number - 1) * 350);
});
await import('../../src/backends/thread-entry.ts');
