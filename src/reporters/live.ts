import { nowUs } from '../base/clock.ts';
import type { CounterName, GaugeName, TimeName } from '../metrics/catalog.ts';
import { gaugeNames } from '../metrics/catalog.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { CellSnapshot, Phase, Snapshot } from '../metrics/snapshot.ts';
import type { Plan } from '../plan/plan.ts';
import type { SeriesCounts } from '../verdict/result.ts';

/** What happened in one second, or in the part of it that belongs to a phase, as soon as all of it is known. */
export interface LiveSecond {
  readonly phase: Phase;
  /** When it began, ms since 1970. */
  readonly atMs: number;
  /** The whole second, in ms from the start of the load; null before that is known. */
  readonly t: number | null;
  /** Of the cells that match, measured or not: what a broker saw. */
  counts(matches?: (cell: CellSnapshot) => boolean): SeriesCounts;
  /** The cells that were told of, each once. */
  readonly cells: readonly CellSnapshot[];
}

/** Puts the tenths together that are told while there is no load, and says when each second began. */
export class LiveSeconds {
  readonly #plan: Plan;
  readonly #tell: (second: LiveSecond) => void;
  /** From the monotonic clock to the time of day, once for the run: its seconds stay a second apart. */
  readonly #epochMs = Date.now() - nowUs() / 1000;
  #open: Snapshot[] = [];
  #startMs: number | null = null;

  constructor(plan: Plan, tell: (second: LiveSecond) => void) {
    this.#plan = plan;
    this.#tell = tell;
  }

  add(snapshot: Snapshot): void {
    const { second, phase } = snapshot;
    const [first] = this.#open;
    if (first !== undefined && (first.second !== second || first.phase !== phase)) this.close();
    this.#open.push(snapshot);
    // Under load a phase's part of a second is told at once.
    if (phase !== 'warmUp' && phase !== 'measuring') return;
    this.#startMs ??= startMs(snapshot, this.#plan.warmUpMs);
    this.close();
  }

  /** Tells what is left, at the end of the run. */
  close(): void {
    const [first] = this.#open;
    if (first === undefined) return;
    const snapshots = this.#open;
    const cells = new Map(
      snapshots.flatMap((each) => each.cells.map((cell) => [Object.values(cell.labels).join('\n'), cell])),
    );
    this.#open = [];
    this.#tell({
      phase: first.phase,
      atMs: Math.round(this.#epochMs + first.second * 1000 + first.tenth * 100),
      t: this.#startMs === null ? null : Math.round(first.second * 1000 - this.#startMs),
      counts: (matches = () => true) => counted(snapshots, this.#plan.subBuckets, matches),
      cells: [...cells.values()],
    });
  }
}

/** The measured window begins with a whole second, and the load a warm-up before it; a part is told with its tenth. */
function startMs({ second, tenth }: Snapshot, warmUpMs: number): number {
  return Math.ceil((second * 1000 + tenth * 100 + warmUpMs) / 1000) * 1000 - warmUpMs;
}

function counted(
  snapshots: readonly Snapshot[],
  subBuckets: Plan['subBuckets'],
  matches: (cell: CellSnapshot) => boolean,
): SeriesCounts {
  const counts: Partial<Record<CounterName, number>> = {};
  const histograms = new Map<TimeName, Histogram>();
  for (const { measured, outside } of snapshots.flatMap(({ cells }) => cells.filter(matches))) {
    for (const part of [measured, outside]) {
      for (const [name, n] of Object.entries(part.counts) as [CounterName, number][]) {
        counts[name] = (counts[name] ?? 0) + n;
      }
      for (const [name, buckets] of Object.entries(part.times) as [TimeName, number[]][]) {
        const histogram = histograms.get(name) ?? new Histogram(subBuckets);
        histograms.set(name, histogram);
        histogram.add(buckets);
      }
    }
  }
  return { counts, times: timesOf(histograms), gauges: gaugesOf(snapshots.at(-1)?.cells.filter(matches) ?? []) };
}

function timesOf(histograms: ReadonlyMap<TimeName, Histogram>): SeriesCounts['times'] {
  const ms = (us: number) => us / 1000;
  return Object.fromEntries(
    [...histograms].map(([name, histogram]) => {
      const { count, max } = histogram;
      return [name, { count, p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(max) }];
    }),
  );
}

/** Sums at one moment: of the last that was told. */
function gaugesOf(cells: readonly CellSnapshot[]): Partial<Record<GaugeName, number>> {
  const sums: Partial<Record<GaugeName, number>> = {};
  for (const { gauges } of cells) {
    for (const name of gaugeNames) {
      const value = gauges[name];
      if (value !== undefined) sums[name] = (sums[name] ?? 0) + value;
    }
  }
  return sums;
}
