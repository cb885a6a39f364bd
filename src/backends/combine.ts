import { type Breaks, joinBreaks } from '../metrics/breaks.ts';
import type { CounterName, GaugeName, TimeName } from '../metrics/catalog.ts';
import type { Buckets, CellSnapshot, Counted, Phase, Snapshot } from '../metrics/snapshot.ts';
import { joinEvidence, joinProgress, noProgress, phases } from '../metrics/snapshot.ts';
import type { Tenure } from '../metrics/takeovers.ts';

type Sum = {
  readonly labels: CellSnapshot['labels'];
  readonly measured: CountedSum;
  readonly outside: CountedSum;
  readonly gauges: Map<GaugeName, number>;
  readonly breaks: Breaks[];
  readonly tenures: Tenure[];
  readonly repeated: string[];
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
  const evidence = joinEvidence(parts.map((part) => part.evidence));
  for (const part of parts) for (const cell of part.cells) addCell(cells, cell);
  return {
    phase: phases[Math.min(...parts.map(({ phase }) => phases.indexOf(phase)))] as Phase,
    second: Math.max(...parts.map(({ second }) => second)),
    tenth: Math.max(...parts.map(({ tenth }) => tenth)),
    cells: [...cells.values()].map(({ labels, measured, outside, gauges, breaks, tenures, repeated }) => ({
      labels,
      measured: told(measured),
      outside: told(outside),
      gauges: Object.fromEntries(gauges),
      ...(breaks.length > 0 && { breaks: joinBreaks(breaks) }),
      ...(tenures.length > 0 && { tenures }),
      ...(repeated.length > 0 && { repeated }),
    })),
    health: parts.flatMap(({ health }) => health),
    lost: parts.flatMap(({ lost }) => lost),
    absent: parts.flatMap(({ absent }) => absent),
    events: parts.flatMap(({ events }) => events).sort((a, b) => a.atUs - b.atUs),
    progress: parts.reduce((all, { progress }) => joinProgress(all, progress), noProgress),
    ...(evidence !== undefined && { evidence }),
  };
}

function addCell(cells: Map<string, Sum>, cell: CellSnapshot): void {
  const { labels, measured, outside, gauges, breaks, tenures = [], repeated = [] } = cell;
  const key = `${labels.group}\n${labels.broker}\n${labels.qos ?? ''}`;
  let sum = cells.get(key);
  if (sum === undefined) {
    sum = {
      labels,
      measured: emptySum(),
      outside: emptySum(),
      gauges: new Map(),
      breaks: [],
      tenures: [],
      repeated: [],
    };
    cells.set(key, sum);
  }
  addCounted(sum.measured, measured);
  addCounted(sum.outside, outside);
  addAll(sum.gauges, gauges);
  if (breaks !== undefined) sum.breaks.push(breaks);
  sum.tenures.push(...tenures);
  sum.repeated.push(...repeated);
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
