import type { CounterName, GaugeName, SettledName, TimeName } from '../metrics/catalog.ts';
import type { Histogram } from '../metrics/histogram.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import type { Deliveries } from './delivery.ts';
import type { GaugeResult } from './result.ts';
import type { Series } from './series.ts';

/** What a threshold is asked of: the whole run, the run so far, or a window of it. Undefined: there is no data. */
export interface Figures {
  time(name: TimeName, where: Where): Histogram | undefined;
  /** By due time in the measured window, for metrics of messages. */
  count(name: CounterName, where: Where): number | undefined;
  /** A second: of what happened in the measured window. */
  rate(name: CounterName, where: Where): number | undefined;
  gauge(name: GaugeName, where: Where): GaugeResult | undefined;
  /** Known only when the run has drained. */
  settled(name: SettledName, where: Where): number | undefined;
  /** What a rate of a settled metric is by. */
  readonly seconds: number;
}

/** Everything that a threshold can be asked of when the run is over. */
export interface Measured {
  readonly totals: Totals;
  readonly deliveries: Deliveries;
  readonly series: Series;
}

/** The run as far as it is told; `deliveries` once it has drained. */
export function figuresOf({ totals, series, deliveries }: Omit<Measured, 'deliveries'> & Partial<Measured>): Figures {
  return {
    time: (name, where) => totals.histogram(name, where),
    count: (name, where) => (totals.has(where) ? totals.of(name, where)?.count : undefined),
    rate: (name, where) => {
      const told = name === 'connects' ? totals.rampSeconds > 0 : totals.tellsRates;
      return told && totals.has(where) ? totals.of(name, where)?.ratePerSecond : undefined;
    },
    gauge: (name, where) => series.gauge(name, where),
    settled: (name, where) => {
      // Where nothing was owed, "nothing lost" says nothing; violations are seen even there.
      if (deliveries === undefined || (name === 'messages_lost' && deliveries.expected(where) === 0)) return undefined;
      return (name === 'messages_lost' ? deliveries.lost(where) : deliveries.violations(where)).count;
    },
    seconds: totals.tellsRates ? totals.measuredSeconds : 0,
  };
}
