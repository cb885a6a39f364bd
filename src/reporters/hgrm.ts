import type { TimeName } from '../metrics/catalog.ts';
import { catalog, timeNames } from '../metrics/catalog.ts';
import { percentileDistribution } from '../metrics/percentile-distribution.ts';
import type { Result } from '../verdict/result.ts';
import type { OpenReporter } from './reporter.ts';

/**
 * Percentile distributions as HdrHistogram's plotters read them. They take one a file: given places, each time that has values
 * is written; in a single file stands the time that its name says, otherwise the most telling.
 */
export const hgrm: OpenReporter = ({ stream, name, part }) => ({
  parts: true,
  end({ totals }) {
    if (part === undefined) stream.write(distribution(totals, named(name) ?? mostTelling(totals)));
    else
      for (const time of timeNames)
        if (totals[time]?.hdr !== undefined) part(`${time}.hgrm`).write(distribution(totals, time));
  },
});

function named(file = ''): TimeName | undefined {
  return timeNames.find((time) => time === file.replace(/\.[^.]*$/, ''));
}

function mostTelling(totals: Result['totals']): TimeName {
  const asked: readonly TimeName[] = ['delivery_time', 'publish_time', 'connect_time'];
  return asked.find((time) => totals[time] !== undefined) ?? 'delivery_time';
}

/** Plotters skip lines that begin with #. */
function distribution(totals: Result['totals'], time: TimeName): string {
  const hdr = totals[time]?.hdr;
  const head = `#[${time}: ${catalog[time].help}, in ms]\n`;
  return head + (hdr === undefined ? '#[No value was measured]\n' : percentileDistribution(hdr));
}
