import type { TimeName } from '../metrics/catalog.ts';
import type { Result } from '../verdict/result.ts';
import type { OpenReporter } from './reporter.ts';

/** One figure in the list that github-action-benchmark reads as `customSmallerIsBetter`. */
type Figure = {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly range?: string;
  readonly extra: string;
};

/**
 * Smaller is better in all of it, as one file cannot hold both kinds: times, losses, and in the place of throughput the time
 * between two messages. Of a run that says nothing about the broker the list is empty, which that action refuses.
 */
export const benchmark: OpenReporter = ({ stream }) => ({
  mediaType: 'application/json',
  end(result) {
    const tells = result.verdict === 'passed' || result.verdict === 'failed';
    stream.write(`${JSON.stringify(tells ? figuresOf(result) : [], null, 2)}\n`);
  },
});

const percentiles = ['p50', 'p99'] as const;
/** Those that count from when something was due; their parts would only sound the alarm more often. */
const times: readonly TimeName[] = ['connect_time', 'publish_time', 'delivery_time'];

function figuresOf(result: Result): Figure[] {
  const { totals, run } = result;
  const extra = `${run.name}, run ${run.id}, mqtt-stress ${run.versions.tool}, ${run.versions.cpu}, trust: ${result.trust.verdict}`;
  const { deliveries_expected: expected, messages_lost: lost } = totals;
  return [
    ...times.flatMap((name) => timeFigures(result, name, extra)),
    ...(expected.count > 0
      ? [
          {
            name: 'messages_lost share',
            unit: '%',
            value: (100 * lost.count) / expected.count,
            extra: `${lost.count} of ${expected.count}; ${extra}`,
          },
        ]
      : []),
    ...between('messages_sent', result, extra),
    ...between('messages_received', result, extra),
  ];
}

function timeFigures(result: Result, name: TimeName, extra: string): Figure[] {
  const time = result.totals[name];
  if (time === undefined) return [];
  return percentiles.map((p) => ({
    name: `${name} ${p}`,
    unit: 'ms',
    value: time[p],
    ...spread(result, name, p),
    extra: `${time.count} values; ${extra}`,
  }));
}

function between(name: 'messages_sent' | 'messages_received', { totals }: Result, extra: string): Figure[] {
  const { rate } = totals[name];
  if (rate === 0) return [];
  return [
    { name: `time between ${name}`, unit: 'us', value: 1e6 / rate, extra: `${rate.toFixed(1)} a second; ${extra}` },
  ];
}

/** The standard deviation of the same percentile over the seconds of the measured window, where there are enough. */
function spread({ series }: Result, name: TimeName, p: 'p50' | 'p99'): { range?: string } {
  const values = series.flatMap(({ phase, times }) => (phase === 'measuring' ? (times[name]?.[p] ?? []) : []));
  if (values.length < 3) return {};
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { range: `± ${Number(Math.sqrt(variance).toPrecision(3))}` };
}
