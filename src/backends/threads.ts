import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { nowUs } from '../base/clock.ts';
import type { Place } from '../fleet/tickers/metronome.ts';
import type { Lost, Snapshot } from '../metrics/snapshot.ts';
import { noProgress } from '../metrics/snapshot.ts';
import type { Execute } from '../plan/execution.ts';
import { combined } from './alignment.ts';
import type { Backend } from './backend.ts';
import { startMetronome } from './metronome.ts';
import { remote, type Task, type Told } from './protocol.ts';

/** A load thread makes little garbage: a young generation of Node's default size is half of an idle client's memory. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

const entryUrl = new URL(`./thread-entry${extname(import.meta.url)}`, import.meta.url);

/** One share a worker thread, and one metronome for all of them. `entry` is the module that each runs. */
export function threadsOf(entry: URL): Backend {
  return (workers) => (plan, tell) => {
    const { places, stop } = startMetronome(workers);
    const execute = combined(workers, (worker) => thread(entry, `thread ${worker + 1}`, places[worker] as Place));
    return execute(plan, (snapshot) => {
      tell(snapshot);
      if (snapshot.phase === 'ended') stop();
    });
  };
}

export const threads: Backend = threadsOf(entryUrl);

function thread(entry: URL, name: string, place: Place): Execute {
  return (plan, tell) => {
    const workerData: Task = { plan, worker: name, place };
    const worker = new Worker(entry, { workerData, transferList: [place.port], name, resourceLimits });
    let ended = false;
    let reason = 'it ended before its time';
    worker.on('message', (told: Told) => {
      ended ||= told.phase === 'ended';
      tell(told);
    });
    worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    worker.on('exit', () => {
      if (ended) return;
      ended = true;
      const clients = plan.groups.reduce((sum, group) => sum + group.slice.count, 0);
      tell(lastWords({ worker: name, clients, reason }));
    });
    return remote((command) => worker.postMessage(command));
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error.message;
  return (
    'it had filled the memory that Node gives a thread: raise --threads, use fewer clients, or set ' +
    'NODE_OPTIONS=--max-old-space-size=8192'
  );
}

/** What is told for a worker that can no longer speak. */
function lastWords(lost: Lost): Snapshot {
  const second = Math.floor(nowUs() / 1e6);
  return {
    phase: 'ended',
    second,
    tenth: 0,
    cells: [],
    health: [],
    lost: [lost],
    absent: [],
    events: [],
    progress: noProgress,
  };
}
