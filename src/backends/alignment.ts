import type { CellSnapshot, Snapshot } from '../metrics/snapshot.ts';
import { phases } from '../metrics/snapshot.ts';
import type { Execute, Execution } from '../plan/execution.ts';
import type { Plan } from '../plan/plan.ts';
import { share } from '../plan/share.ts';
import { combine } from './combine.ts';

/** Its place in the order of a run: tenths of seconds, and within one the phases of the load; before the load all is one. */
function keyOf({ second, tenth, phase }: Snapshot): number {
  return (second * 10 + tenth) * phases.length + Math.max(1, phases.indexOf(phase));
}

/** What stays as it was in a part that a worker did not tell of: its gauges. */
function stillOf(snapshot: Snapshot): Snapshot {
  const nothing = { counts: {}, causes: {}, times: {} };
  const cells = snapshot.cells.map(
    ({ labels, gauges }): CellSnapshot => ({ labels, gauges, measured: nothing, outside: nothing }),
  );
  return { ...snapshot, cells, health: [], lost: [], absent: [], events: [] };
}

type Worker = {
  /** The key that it has told up to; Infinity once it has ended. */
  upTo: number;
  /** Told on in this order, so that the last one released is what its gauges are. */
  readonly waiting: Map<number, Snapshot>;
  last: Snapshot | null;
};

/** Lines up what several workers tell: a second is told on when every living worker has told it, or a later one. */
export class Alignment {
  readonly #tell: (snapshot: Snapshot) => void;
  readonly #workers: readonly Worker[];
  #ended: Snapshot[] = [];

  constructor(workers: number, tell: (snapshot: Snapshot) => void) {
    this.#workers = Array.from({ length: workers }, () => ({
      upTo: Number.NEGATIVE_INFINITY,
      waiting: new Map(),
      last: null,
    }));
    this.#tell = tell;
  }

  told(index: number, snapshot: Snapshot): void {
    const worker = this.#workers[index] as Worker;
    if (worker.upTo === Number.POSITIVE_INFINITY) return;
    if (snapshot.phase === 'ended') {
      worker.upTo = Number.POSITIVE_INFINITY;
      this.#ended.push(snapshot);
    } else {
      worker.upTo = keyOf(snapshot);
      worker.waiting.set(worker.upTo, snapshot);
    }
    this.#release();
  }

  #release(): void {
    const upTo = Math.min(...this.#workers.map((worker) => worker.upTo));
    const keys = new Set(this.#workers.flatMap(({ waiting }) => [...waiting.keys()]).filter((key) => key <= upTo));
    for (const key of [...keys].sort((a, b) => a - b)) this.#tell(this.#withLost(this.#partsOf(key)));
    if (upTo === Number.POSITIVE_INFINITY) this.#tell(combine(this.#ended));
  }

  #partsOf(key: number): Snapshot {
    const parts: Snapshot[] = [];
    const still: Snapshot[] = [];
    for (const worker of this.#workers) {
      const part = worker.waiting.get(key);
      if (part !== undefined) {
        worker.waiting.delete(key);
        worker.last = part;
        parts.push(part);
      } else if (worker.last !== null && (worker.waiting.size > 0 || worker.upTo < Number.POSITIVE_INFINITY)) {
        still.push(worker.last);
      }
    }
    const { phase, second, tenth } = parts[0] as Snapshot;
    const joined = combine([...parts, ...still.map((last) => ({ ...stillOf(last), phase, second, tenth }))]);
    // A worker that has not begun is connecting, however far the others are.
    const waiting = this.#workers.some(({ last, upTo }) => last === null && upTo < Number.POSITIVE_INFINITY);
    return waiting ? { ...joined, phase: 'connecting' } : joined;
  }

  /** A worker that died is told of with the next second, not only at the end. */
  #withLost(snapshot: Snapshot): Snapshot {
    const lost = this.#ended.flatMap((part) => part.lost);
    if (lost.length === 0) return snapshot;
    this.#ended = this.#ended.map((part) => ({ ...part, lost: [] }));
    return { ...snapshot, lost: [...snapshot.lost, ...lost] };
  }
}

/** Several executions combined are an execution: worker i of n gets share i of the plan. */
export function combined(workers: number, executeOf: (worker: number) => Execute): Execute {
  return (plan: Plan, tell) => {
    const alignment = new Alignment(workers, tell);
    const parts: Execution[] = [];
    for (let worker = 0; worker < workers; worker++) {
      parts.push(executeOf(worker)(share(plan, worker, workers), (snapshot) => alignment.told(worker, snapshot)));
    }
    return {
      start(atUs, absent) {
        for (const part of parts) part.start(atUs, absent);
      },
      drain(atUs) {
        for (const part of parts) part.drain(atUs);
      },
      end(matching) {
        for (const part of parts) part.end(matching);
      },
    };
  };
}
