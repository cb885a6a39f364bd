import { formatCount, formatDuration } from '../../base/units.ts';
import type { CounterName, TimeName } from '../../metrics/catalog.ts';
import { Histogram } from '../../metrics/histogram.ts';
import type { Phase, Snapshot } from '../../metrics/snapshot.ts';
import type { Totals } from '../../metrics/totals.ts';

/** What happened in the second told last, warm-up included; a second told in two parts is put together again. */
export class LastSecond {
  readonly #subBuckets: 2048 | 256;
  #second = Number.NaN;
  #snapshots: Snapshot[] = [];

  constructor(subBuckets: 2048 | 256) {
    this.#subBuckets = subBuckets;
  }

  add(snapshot: Snapshot): void {
    if (snapshot.second !== this.#second) this.#snapshots = [];
    this.#second = snapshot.second;
    this.#snapshots.push(snapshot);
  }

  /** Rates and latency of the second, errors of the whole run. */
  figures(totals: Totals, phase: Phase): string[] {
    const errors = sumOf(totals, ['connect_errors', 'subscribe_errors', 'publish_errors']);
    const disconnects = totals.of('disconnects')?.count ?? 0;
    const reconnects = totals.of('reconnects')?.count ?? 0;
    if (phase === 'connecting' || phase === 'ready') {
      return errors === 0 ? [] : [`errors ${formatCount(errors)}${mostFrequent(totals)}`];
    }
    const sent = `sent ${formatCount(this.#count('messages_sent'))}/s`;
    const inFlight = `in flight ${formatCount(totals.of('in_flight')?.count ?? 0)}`;
    return [
      phase === 'draining' ? inFlight : sent,
      `received ${formatCount(this.#count('messages_received'))}/s`,
      ...this.#latency(),
      `errors ${formatCount(errors)}`,
      ...(disconnects === 0 ? [] : [`lost connections ${formatCount(disconnects)}`]),
      `reconnects ${formatCount(reconnects)}`,
    ];
  }

  #count(counter: CounterName): number {
    let sum = 0;
    for (const { cells } of this.#snapshots) {
      for (const { measured, outside } of cells)
        sum += (measured.counts[counter] ?? 0) + (outside.counts[counter] ?? 0);
    }
    return sum;
  }

  #latency(): string[] {
    const delivery = this.#p99('delivery_time');
    if (delivery !== undefined) return [`delivery p99 ${delivery}`];
    const publish = this.#p99('publish_time');
    return publish === undefined ? [] : [`publish p99 ${publish}`];
  }

  #p99(time: TimeName): string | undefined {
    const buckets = this.#snapshots.flatMap(({ cells }) =>
      cells.flatMap(({ measured, outside }) => [measured.times[time], outside.times[time]]),
    );
    const merged = new Histogram(this.#subBuckets);
    for (const part of buckets) if (part !== undefined) merged.add(part);
    return merged.count === 0 ? undefined : formatDuration(Number((merged.percentile(99) / 1000).toPrecision(3)));
  }
}

/** Why most attempts to connect failed. */
function mostFrequent(totals: Totals): string {
  const [first] = Object.entries(totals.causes('connect_errors')).sort(([, a], [, b]) => b - a);
  return first === undefined ? '' : ` (${first[0]})`;
}

function sumOf(totals: Totals, counters: readonly CounterName[]): number {
  return counters.reduce((sum, counter) => sum + (totals.of(counter)?.count ?? 0), 0);
}
