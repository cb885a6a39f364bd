import type { CounterName, GaugeName, TimeName } from '../metrics/catalog.ts';
import type { Buckets, CellSnapshot, Counted, Phase, Snapshot } from '../metrics/snapshot.ts';
import { joinProgress, noProgress, phases } from '../metrics/snapshot.ts';
import type { Execute, Execution } from '../plan/execution.ts';
import type { Plan } from '../plan/plan.ts';
import { share } from '../plan/share.ts';

type Sum = {
  readonly labels: CellSnapshot['labels'];
  readonly measured: CountedSum;
  readonly outside: CountedSum;
  readonly gauges: Map<GaugeName, number>;
};
type CountedSum = {
  readonly counts: Map<CounterName, number>;
  readonly causes: Map<CounterName, Map<string, number>>;
  readonly times: Map<TimeName, Map<number, number>>;
};

/** The same second of several workers: counts, buckets and gauges add; the phase is the least advanced. Exact. */
export function combine(parts: readonly Snapshot[]): Snapshot {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const cells = new Map<string, Sum>();
  for (const part of parts) for (const cell of part.cells) addCell(cells, cell);
  return {
    phase: phases[Math.min(...parts.map(({ phase }) => phases.indexOf(phase)))] as Phase,
    second: Math.max(...parts.map(({ second }) => second)),
    tenth: Math.max(...parts.map(({ tenth }) => tenth)),
    cells: [...cells.values()].map(({ labels, measured, outside, gauges }) => ({
      labels,
      measured: told(measured),
      outside: told(outside),
      gauges: Object.fromEntries(gauges),
    })),
    health: parts.flatMap(({ health }) => health),
    lost: parts.flatMap(({ lost }) => lost),
    absent: parts.flatMap(({ absent }) => absent),
    events: parts.flatMap(({ events }) => events).sort((a, b) => a.atUs - b.atUs),
    progress: parts.reduce((all, { progress }) => joinProgress(all, progress), noProgress),
  };
}

function addCell(cells: Map<string, Sum>, { labels, measured, outside, gauges }: CellSnapshot): void {
  const key = `${labels.group}\n${labels.broker}\n${labels.qos ?? ''}`;
  let sum = cells.get(key);
  if (sum === undefined) {
    sum = { labels, measured: emptySum(), outside: emptySum(), gauges: new Map() };
    cells.set(key, sum);
  }
  addCounted(sum.measured, measured);
  addCounted(sum.outside, outside);
  addAll(sum.gauges, gauges);
}

function emptySum(): CountedSum {
  return { counts: new Map(), causes: new Map(), times: new Map() };
}

function addCounted(sum: CountedSum, { counts, causes, times }: Counted): void {
  addAll(sum.counts, counts);
  for (const [name, by] of Object.entries(causes)) addAll(within(sum.causes, name as CounterName), by);
  for (const [name, buckets] of Object.entries(times)) addBuckets(within(sum.times, name as TimeName), buckets);
}

function within<K, A, B>(maps: Map<K, Map<A, B>>, key: K): Map<A, B> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}

function addAll<K extends string>(sum: Map<K, number>, values: Readonly<Partial<Record<K, number>>>): void {
  for (const [name, value] of Object.entries(values) as [K, number][]) sum.set(name, (sum.get(name) ?? 0) + value);
}

function addBuckets(sum: Map<number, number>, buckets: Buckets): void {
  for (let i = 0; i < buckets.length; i += 2) {
    const index = buckets[i] as number;
    sum.set(index, (sum.get(index) ?? 0) + (buckets[i + 1] as number));
  }
}

function told({ counts, causes, times }: CountedSum): Counted {
  return {
    counts: Object.fromEntries(counts),
    causes: Object.fromEntries([...causes].map(([name, by]) => [name, Object.fromEntries(by)])),
    times: Object.fromEntries(
      [...times].map(([name, buckets]) => [name, [...buckets].sort(([a], [b]) => a - b).flat()]),
    ),
  };
}

/** Its place in the order of a run: tenths of seconds, and within one the phases of the load; before the load all is one. */
function keyOf({ second, tenth, phase }: Snapshot): number {
  return (second * 10 + tenth) * phases.length + Math.max(1, phases.indexOf(phase));
}

/** Lines up what several workers tell: a second is told on when every living worker has told it, or a later one. */
export class Alignment {
  readonly #tell: (snapshot: Snapshot) => void;
  /** What each worker has told up to; Infinity once it has ended. */
  readonly #upTo: number[];
  readonly #waiting = new Map<number, Snapshot[]>();
  #last: Snapshot[] = [];

  constructor(workers: number, tell: (snapshot: Snapshot) => void) {
    this.#upTo = Array.from({ length: workers }, () => Number.NEGATIVE_INFINITY);
    this.#tell = tell;
  }

  told(worker: number, snapshot: Snapshot): void {
    if (this.#upTo[worker] === Number.POSITIVE_INFINITY) return;
    if (snapshot.phase === 'ended') {
      this.#upTo[worker] = Number.POSITIVE_INFINITY;
      this.#last.push(snapshot);
    } else {
      const key = keyOf(snapshot);
      this.#upTo[worker] = key;
      const parts = this.#waiting.get(key);
      if (parts === undefined) this.#waiting.set(key, [snapshot]);
      else parts.push(snapshot);
    }
    this.#release();
  }

  #release(): void {
    const upTo = Math.min(...this.#upTo);
    const ready = [...this.#waiting.keys()].filter((key) => key <= upTo).sort((a, b) => a - b);
    for (const key of ready) {
      const parts = this.#waiting.get(key) as Snapshot[];
      this.#waiting.delete(key);
      this.#tell(this.#withLost(combine(parts)));
    }
    if (upTo === Number.POSITIVE_INFINITY) this.#tell(combine(this.#last));
  }

  /** A worker that died is told of with the next second, not only at the end. */
  #withLost(snapshot: Snapshot): Snapshot {
    const lost = this.#last.flatMap((part) => part.lost);
    if (lost.length === 0) return snapshot;
    this.#last = this.#last.map((part) => ({ ...part, lost: [] }));
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
      end() {
        for (const part of parts) part.end();
      },
    };
  };
}
