import type { TimeName } from '../../metrics/catalog.ts';
import type { Result, TimeResult } from '../../verdict/result.ts';
import { count, millis } from './figures.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

const shown: readonly TimeName[] = [
  'connect_time',
  'tcp_time',
  'tls_time',
  'websocket_time',
  'connack_time',
  'subscribe_time',
  'reconnect_time',
  'publish_time',
  'publish_service_time',
  'publish_received_time',
  'publish_complete_time',
  'delivery_time',
  'delivery_service_time',
  'wait_time',
  'schedule_lag',
];

/** Every time that has a value; service times count from the write, all others from when it was due. */
export const latency: Section = ({ totals }, width, ink) => {
  const rows = timesToTell(totals).map(([name, { count: n, p50, p90, p99, p99_9, max }]) => [
    `  ${name}`,
    count(n),
    ...[p50, p90, p99, p99_9, max].map(millis),
  ]);
  if (rows.length === 0) return [];
  return table(
    [
      { title: 'Latency in ms', align: 'left' },
      { title: 'count', align: 'right', spare: 2 },
      { title: 'p50', align: 'right' },
      { title: 'p90', align: 'right', spare: 3 },
      { title: 'p99', align: 'right' },
      { title: 'p99.9', align: 'right', spare: 1 },
      { title: 'max', align: 'right' },
    ],
    rows,
    width,
    ink,
  );
};

export function timesToTell(totals: Result['totals']): readonly (readonly [TimeName, TimeResult])[] {
  return shown.flatMap((name) => {
    const time = totals[name];
    // Nothing ever waited: a row of zeros says no more than its absence.
    return time === undefined || (name === 'wait_time' && time.max < 0.005) ? [] : [[name, time] as const];
  });
}
