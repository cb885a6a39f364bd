import { formatDuration } from '../../../base/units.ts';
import type { Result } from '../../../verdict/result.ts';
import { count, millis, rate } from '../../text/figures.ts';
import { html, table } from '../markup.ts';
import { type Measure, pointsOf, stepFor } from '../points.ts';
import { type Section, section } from './section.ts';

const mostRows = 60;

const columns: readonly {
  readonly title: string;
  readonly measure: Measure;
  readonly told: (value: number) => string;
}[] = [
  { title: 'sent/s', measure: { of: 'counter', name: 'messages_sent' }, told: rate },
  { title: 'acknowledged/s', measure: { of: 'counter', name: 'messages_acked' }, told: rate },
  { title: 'received/s', measure: { of: 'counter', name: 'messages_received' }, told: rate },
  { title: 'publish p99', measure: { of: 'time', name: 'publish_time', field: 'p99' }, told: millis },
  { title: 'delivery p50', measure: { of: 'time', name: 'delivery_time', field: 'p50' }, told: millis },
  { title: 'delivery p99', measure: { of: 'time', name: 'delivery_time', field: 'p99' }, told: millis },
  { title: 'delivery max', measure: { of: 'time', name: 'delivery_time', field: 'max' }, told: millis },
  { title: 'clients', measure: { of: 'gauge', name: 'clients_connected', keep: 'lowest' }, told: count },
  { title: 'reconnects/s', measure: { of: 'counter', name: 'reconnects' }, told: rate },
  { title: 'lag p99', measure: { of: 'time', name: 'schedule_lag', field: 'p99' }, told: millis },
];

const phaseWords: Readonly<Record<Result['series'][number]['phase'], string>> = {
  connecting: 'connecting',
  ready: 'ready',
  warmUp: 'warm-up',
  measuring: 'measured',
  draining: 'drain',
  ended: 'end',
};

/** The run over time in a table of at most 60 rows, for those who read it without a script. */
export const seconds: Section = ({ series }) => {
  if (series.length === 0) return undefined;
  const step = stepFor(mostRows, series);
  const { t, phases, values } = pointsOf(
    series,
    columns.map(({ measure }) => measure),
    step,
  );
  const rows = t.map((second, i) => [
    formatDuration(second * 1000),
    phaseWords[phases[i] ?? 'ended'],
    ...columns.map(({ told }, at) => toldOr(values[at]?.[i], told)),
  ]);
  const span =
    step === 1
      ? 'A row is a second'
      : `A row is ${formatDuration(step * 1000)}: counts are told a second, of times the highest second, of clients the fewest`;
  return section(
    'seconds',
    'Over time',
    html`<details><summary>The run as a table (${count(rows.length)} rows)</summary>
<p class="lead">${span}; times in milliseconds. The result file has every second.</p>
${table(
  'The run over time',
  [
    { title: 'from', align: 'right' },
    { title: 'phase', align: 'left' },
    ...columns.map(({ title }) => ({ title, align: 'right' }) as const),
  ],
  rows,
)}</details>`,
  );
};

function toldOr(value: number | null | undefined, told: (value: number) => string): string {
  return value === null || value === undefined ? '' : told(value);
}
