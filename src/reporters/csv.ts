import { counterNames, gaugeNames, timeNames } from '../metrics/catalog.ts';
import type { SeriesCounts } from '../verdict/result.ts';
import type { OpenReporter } from './reporter.ts';

const percentiles = ['count', 'p50', 'p99', 'max'] as const;

/** The run by the second, for spreadsheets: a row for all, then one for each group. RFC 4180. */
export const csv: OpenReporter = ({ stream }) => ({
  mediaType: 'text/csv; charset=utf-8',
  end({ series }) {
    stream.write(row(header));
    for (const { t, phase, groups = {}, ...all } of series) {
      const rows = [['', all] as const, ...Object.entries(groups)];
      stream.write(rows.map(([group, counts]) => row([t, phase, group, ...values(counts)])).join(''));
    }
  },
});

/** The same columns for every run; the unit ends the name where it is not a count. */
const header: readonly string[] = [
  't_ms',
  'phase',
  'group',
  ...counterNames,
  ...gaugeNames,
  ...timeNames.flatMap((name) => percentiles.map((each) => `${name}_${each}${each === 'count' ? '' : '_ms'}`)),
];

/** What did not happen counts 0; what was not measured is empty. */
function values({ counts, gauges, times }: SeriesCounts): (number | undefined)[] {
  return [
    ...counterNames.map((name) => counts[name] ?? 0),
    ...gaugeNames.map((name) => gauges[name] ?? 0),
    ...timeNames.flatMap((name) => percentiles.map((each) => times[name]?.[each])),
  ];
}

function row(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((value) => (typeof value === 'string' ? text(value) : (value ?? ''))).join(',')}\r\n`;
}

/** A spreadsheet would compute what begins like a formula; names in a file of somebody else may. */
function text(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
