import { parentPort, workerData } from 'node:worker_threads';
import type { Command, Task } from '../../src/backends/protocol.ts';

// A worker thread like any other; the second one dies a second after the load began.
await import('../../src/backends/thread-entry.ts');
parentPort?.on('message', (command: Command) => {
  if (command.do !== 'start' || (workerData as Task).worker !== 'thread 2') return;
  setTimeout(() => {
    throw new Error('the test killed it');
  }, 1500);
});
