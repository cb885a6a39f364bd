import type { Totals } from '../metrics/totals.ts';
import { type Observation, type ObservedName, observed, observedNames, type Sample } from '../observers/observer.ts';
import { type Counted, compareCounts, type Ran } from './counterparts.ts';
import type { BrokerResult, GaugeResult, ObservedCounter, ObservedResult, SeriesEntry } from './result.ts';

/** A reading of a whole second comes a little after it. */
const graceUs = 100_000;
/** What is read in the first half of a second tells more of the one before. */
const halfSecondUs = 500_000;

/** What the observers of a broker saw, beside our counts. */
export function observedBy(
  observations: readonly Observation[],
  broker: string,
  ran: Ran,
): Pick<BrokerResult, 'observed'> {
  const own = observations.filter((observation) => observation.broker === broker);
  return own.length === 0 ? {} : { observed: own.map((observation) => told(observation, ran)) };
}

function told(observation: Observation, ran: Ran): ObservedResult {
  const { observer, source, samples, notes } = observation;
  const window = inWindow(samples, ran.totals);
  const counted = countedBy(observation);
  const { compared, notes: found } = compareCounts(counted, observation, ran);
  const counters: Partial<Record<ObservedName, ObservedCounter>> = {};
  const gauges: Partial<Record<ObservedName, GaugeResult>> = {};
  for (const name of observedNames) {
    const total = counted[name];
    if (total !== undefined) counters[name] = { total, ...rateOf(window, name), ...compared[name] };
    if (observed[name].kind === 'counter') continue;
    // The first reading is of before the run.
    const values = valuesOf(window.length > 0 ? window : samples.slice(1), name);
    const last = values.at(-1);
    if (last !== undefined) gauges[name] = { last, min: Math.min(...values), max: Math.max(...values) };
  }
  return { observer, source, counters, gauges, notes: [...notes, ...found] };
}

/** Of $SYS only where it saw the whole run. */
function countedBy({ observer, samples, whole }: Observation): Counted {
  if (!whole && observer === '$SYS') return {};
  const names = observedNames.filter((name) => observed[name].kind === 'counter');
  const totals = names.map((name) => [name, difference(samples, name)] as const);
  return Object.fromEntries(totals.filter(([, total]) => total !== undefined));
}

function valuesOf(samples: readonly Sample[], name: ObservedName): number[] {
  return samples.flatMap(({ values }) => values[name] ?? []);
}

/** Undefined: not known at both ends, or it began anew in between. */
function difference(samples: readonly Sample[], name: ObservedName): number | undefined {
  const [from, to] = [samples[0]?.values[name], samples.at(-1)?.values[name]];
  return from === undefined || to === undefined || to < from || samples.length < 2 ? undefined : to - from;
}

function inWindow(samples: readonly Sample[], { progress }: Totals): readonly Sample[] {
  const { windowFromUs, windowToUs } = progress;
  return samples.filter(({ atUs }) => atUs >= windowFromUs && atUs <= windowToUs + graceUs);
}

function rateOf(window: readonly Sample[], name: ObservedName): { rate?: number } {
  const counted = difference(window, name);
  if (counted === undefined) return {};
  return { rate: rounded(counted / (((window.at(-1)?.atUs ?? 0) - (window[0]?.atUs ?? 0)) / 1e6)) };
}

function rounded(rate: number): number {
  return Math.round(rate * 1000) / 1000;
}

/** Readings laid beside the seconds in which they came, as rates since the one before. */
export function observedInSeries(
  observations: readonly Observation[],
  series: readonly SeriesEntry[],
  originUs: number,
): readonly SeriesEntry[] {
  if (observations.length === 0) return series;
  const bySecond = new Map<number, Record<string, Partial<Record<ObservedName, number>>>>();
  for (const { broker, samples } of observations) {
    for (const [i, sample] of samples.entries()) {
      const second = Math.floor((sample.atUs - halfSecondUs) / 1e6);
      const brokers = bySecond.get(second) ?? {};
      bySecond.set(second, brokers);
      brokers[broker] = { ...brokers[broker], ...since(samples[i - 1], sample) };
    }
  }
  return series.map((entry) => {
    const second = Math.round((entry.t * 1000 + originUs) / 1e6);
    const found = bySecond.get(second);
    // A second in which the phase changes has two entries.
    bySecond.delete(second);
    return found === undefined ? entry : { ...entry, observed: found };
  });
}

function since(before: Sample | undefined, { atUs, values }: Sample): Partial<Record<ObservedName, number>> {
  const told: Partial<Record<ObservedName, number>> = {};
  for (const [name, value] of Object.entries(values) as [ObservedName, number][]) {
    if (observed[name].kind === 'gauge') told[name] = value;
    else {
      const last = before?.values[name];
      if (before !== undefined && last !== undefined && value >= last)
        told[name] = rounded((value - last) / ((atUs - before.atUs) / 1e6));
    }
  }
  return told;
}
