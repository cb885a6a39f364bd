import type { GaugeName } from '../metrics/catalog.ts';
import { catalog, gaugeNames } from '../metrics/catalog.ts';
import { labelNames } from '../metrics/selector.ts';
import type { Labels, Snapshot } from '../metrics/snapshot.ts';
import { matches } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { GaugeResult } from './result.ts';

type Range = { last: number; min: number; max: number; measured: boolean };

/** Gauges are sums over cells at one moment, so the extremes of a sum cannot be had from the cells' own extremes. */
export class GaugeRanges {
  readonly #watched: readonly { where: Partial<Labels>; ranges: Map<GaugeName, Range> }[];

  constructor(watched: readonly Partial<Labels>[]) {
    this.#watched = watched.map((where) => ({ where, ranges: new Map() }));
  }

  add(snapshot: Snapshot): void {
    if (snapshot.phase === 'ended') return;
    for (const { where, ranges } of this.#watched) {
      const cells = snapshot.cells.filter((cell) => matches(cell.labels, where));
      for (const name of gaugeNames) {
        const value = cells.reduce((sum, cell) => sum + (cell.gauges[name] ?? 0), 0);
        ranges.set(name, widened(ranges.get(name), value, snapshot.phase === 'measuring'));
      }
    }
  }

  of(name: GaugeName, where: Partial<Labels>): GaugeResult {
    const found = this.#watched.find((watched) => same(watched.where, where))?.ranges.get(name);
    return { last: found?.last ?? 0, min: found?.min ?? 0, max: found?.max ?? 0 };
  }
}

/** The first value of the measured window drops what came before it, and what comes after it no longer counts. */
function widened(range: Range | undefined, value: number, measuring: boolean): Range {
  if (range === undefined || (measuring && !range.measured)) {
    return { last: value, min: value, max: value, measured: measuring };
  }
  if (range.measured && !measuring) return { ...range, last: value };
  return { ...range, last: value, min: Math.min(range.min, value), max: Math.max(range.max, value) };
}

/** Everything that a gauge may be asked for: the parts of a result, and what thresholds name. */
export function watchedLabels(plan: Plan): Partial<Labels>[] {
  return [
    {},
    ...plan.groups.map(({ name }) => ({ group: name })),
    ...plan.brokers.map(({ name }) => ({ broker: name })),
    ...plan.thresholds
      .filter(({ expression }) => catalog[expression.metric].kind === 'gauge')
      .map(({ expression }) => expression.where),
  ];
}

function same(one: Partial<Labels>, other: Partial<Labels>): boolean {
  return labelNames.every((name) => one[name] === other[name]);
}
