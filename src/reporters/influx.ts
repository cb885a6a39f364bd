import type { CellSnapshot, Labels } from '../metrics/snapshot.ts';
import type { Plan } from '../plan/plan.ts';
import type { SeriesCounts } from '../verdict/result.ts';
import { point } from './influx/line.ts';
import { type LiveSecond, LiveSeconds } from './live.ts';
import type { OpenReporter } from './reporter.ts';

/**
 * InfluxDB's line protocol, once a second: `mqtt_stress` for the whole run, `mqtt_stress_part` for each group, broker and QoS,
 * so that adding up one of them counts nothing twice; and `mqtt_stress_run` with the verdict at the end.
 */
export const influx: OpenReporter = ({ stream }) => {
  let live: LiveSeconds | undefined;
  return {
    token: { variable: 'INFLUX_TOKEN', scheme: 'Token' },
    start(plan) {
      const tags = tagsOf(plan);
      live = new LiveSeconds(plan, (second) => {
        const lines = linesOf(second, tags);
        // As one text: a reader, or a server, never gets half a second.
        if (lines !== '') stream.write(lines);
      });
    },
    second(snapshot) {
      live?.add(snapshot);
    },
    end({ verdict, exitCode, reasons, run, series, trust }) {
      live?.close();
      const tags = { run: run.id, scenario: run.name };
      const startedMs = Date.parse(run.startedAt);
      // A saved run does not know when its load began by the time of day: its first second is when it was started.
      const firstMs = series[0]?.t ?? 0;
      if (live === undefined)
        for (const { t, phase, groups = {}, ...all } of series) {
          const atMs = startedMs + t - firstMs;
          const parts = Object.entries(groups).map(([group, counts]) =>
            point('mqtt_stress_part', { ...tags, phase, group }, fieldsOf(counts), atMs),
          );
          stream.write(point('mqtt_stress', { ...tags, phase }, fieldsOf(all), atMs) + parts.join(''));
        }
      const fields = { verdict, exit_code: exitCode, trust: trust.verdict, reason: reasons[0] ?? '' };
      stream.write(point('mqtt_stress_run', tags, fields, Date.parse(run.endedAt)));
    },
  };
};

type Tags = Readonly<Record<string, string>>;

function tagsOf({ run, name }: Plan): Tags {
  return { run: run.tag, scenario: name };
}

function linesOf(second: LiveSecond, run: Tags): string {
  const tags = { ...run, phase: second.phase };
  const parts = second.cells.map((cell) => {
    const fields = fieldsOf(second.counts((other) => isSame(cell, other)));
    return point('mqtt_stress_part', { ...tags, ...labelsOf(cell.labels) }, fields, second.atMs);
  });
  return point('mqtt_stress', tags, fieldsOf(second.counts()), second.atMs) + parts.join('');
}

function isSame({ labels: one }: CellSnapshot, { labels: other }: CellSnapshot): boolean {
  return one.group === other.group && one.broker === other.broker && one.qos === other.qos;
}

function labelsOf({ group, broker, qos }: Labels): Tags {
  return { group, broker, ...(qos !== undefined && { qos: String(qos) }) };
}

/** Counts of this second, gauges at its end, times in ms as <metric>_p50 and so on. */
function fieldsOf({ counts, gauges, times }: SeriesCounts): Record<string, number> {
  const fields: Record<string, number> = { ...counts, ...gauges };
  for (const [name, { count, p50, p99, max }] of Object.entries(times)) {
    fields[`${name}_count`] = count;
    fields[`${name}_p50`] = p50;
    fields[`${name}_p99`] = p99;
    fields[`${name}_max`] = max;
  }
  return fields;
}
