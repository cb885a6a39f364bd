import { formatSize } from '../../base/units.ts';
import type { Answer, RuleResult } from '../../verdict/comparison.ts';
import type { CounterResult, Result, ThresholdResult } from '../../verdict/result.ts';
import { expectation, remarkOn, stopsRun, valueText } from '../../verdict/thresholds.ts';
import { hintsLeft, inWords } from '../../verdict/words.ts';
import { valueWords } from '../text/comparison.ts';
import { connected } from '../text/connections.ts';
import { deliveryFigures } from '../text/delivery.ts';
import { causes, count, millis, rate } from '../text/figures.ts';
import { timesToTell } from '../text/latency.ts';
import { partFigures } from '../text/parts.ts';
import { code, plain, table } from './escape.ts';

/** A part of the report in Markdown; empty where there is nothing to say. */
type Section = (result: Result) => string;

const left = (title: string) => ({ title, align: 'left' }) as const;
const right = (title: string) => ({ title, align: 'right' }) as const;

/** What stopped the run, what fails it, what only warns, what holds. */
export const thresholds: Section = ({ thresholds }) => {
  if (thresholds.length === 0) return '';
  const rows = thresholds
    .toSorted((one, other) => rank(one) - rank(other))
    .map((threshold) => [
      ['❌ stopped the run', '❌ failed', '⚠️ warned', '✅'][rank(threshold)] ?? '',
      code(threshold.metric),
      code(expectation(threshold)),
      plain(valueText(threshold)),
      plain(remarkOn(threshold)),
    ]);
  return `### Thresholds\n\n${table([left(''), left('metric'), left('asked'), right('was'), left('')], rows)}`;
};

function rank(threshold: ThresholdResult): number {
  if (threshold.passed) return 3;
  return threshold.level === 'warn' ? 2 : stopsRun(threshold) ? 0 : 1;
}

/** Nothing can be said for or against it. */
const unknown: readonly Answer[] = ['unproven', 'tooLittle', 'noData'];

export const comparison: Section = ({ comparison }) => {
  if (comparison === undefined || comparison.rules.length === 0) return '';
  const value = ({ metric, rule }: RuleResult, figure: number | null) =>
    figure === null ? 'no data' : valueWords(metric, rule, figure);
  const rows = comparison.rules.map((each) => [
    each.answer === 'worse' ? '❌' : unknown.includes(each.answer) ? '⚠️' : '✅',
    code(each.metric),
    code(each.rule),
    value(each, each.base),
    value(each, each.new),
    plain(each.words),
  ]);
  const of = `${count(comparison.new.length)} against ${count(comparison.base.length)}`;
  const parts = [
    `### Beside the baseline (runs: ${of})`,
    table([left(''), left('metric'), left('allowed'), right('base'), right('new'), left('found')], rows),
    ...list(comparison.warnings.map((warning) => plain(warning))),
  ];
  return parts.join('\n\n');
};

export const throughput: Section = ({ totals }) => {
  const row = (name: string, messages: CounterResult, bytes?: CounterResult) => [
    name,
    rate(messages.rate),
    count(messages.count),
    bytes === undefined ? '' : `${formatSize(Math.round(bytes.rate))}/s`,
  ];
  const troubles = [
    ['sent again', totals.messages_resent],
    ['taken up more than 10 ms late', totals.publishes_late],
    ['dropped', totals.publishes_dropped],
    ['refused or given up', totals.publish_errors],
    ['never acknowledged', totals.messages_unacked],
  ] as const;
  const columns = [left('Throughput'), right('messages/s'), right('messages'), right('bytes')];
  const rows = [
    ...(totals.publishes_due.count > totals.messages_sent.count ? [row('asked', totals.publishes_due)] : []),
    row('sent', totals.messages_sent, totals.bytes_sent),
    ...(totals.messages_acked.count > 0 ? [row('acknowledged', totals.messages_acked)] : []),
    row('received', totals.messages_received, totals.bytes_received),
  ];
  const told = troubles.flatMap(([name, counter]) => (counter.count > 0 ? [counted(counter, name)] : []));
  return ['### Figures', table(columns, rows), ...list(told)].join('\n\n');
};

export const latency: Section = ({ totals }) => {
  const rows = timesToTell(totals).map(([name, time]) => [
    code(name),
    count(time.count),
    ...[time.p50, time.p90, time.p99, time.p99_9, time.max].map(millis),
  ]);
  const columns = ['count', 'p50', 'p90', 'p99', 'p99.9', 'max'].map(right);
  return rows.length === 0 ? '' : table([left('Latency in ms'), ...columns], rows);
};

export const delivery: Section = (result) => {
  const { delivery, totals } = result;
  if (delivery.length === 0) return '';
  const rows = delivery.map((row) => [code(row.group), ...deliveryFigures(row).map((figure) => plain(figure))]);
  const columns = ['QoS', 'expected', 'received', 'lost', 'share', 'duplicated', 'out of order'].map(right);
  const { messages_lost: lost, delivery_violations: violations } = totals;
  return [
    '### Delivery',
    table([left('group'), ...columns], rows),
    ...list([
      ...(lost.count > 0 ? [counted(lost, 'lost')] : []),
      ...(violations.count > 0 ? [counted(violations, 'violations')] : []),
      ...hintsLeft(result).map((hint) => plain(hint)),
    ]),
  ].join('\n\n');
};

export const connections: Section = (result) => {
  const { totals } = result;
  const told = [
    ['failed attempts to connect', totals.connect_errors],
    ['connections lost', totals.disconnects],
    ['connected again', totals.reconnects],
    ['filters refused', totals.subscribe_errors],
    ['protocol errors', totals.protocol_errors],
  ] as const;
  const lines = [
    `connected: ${plain(connected(result))}`,
    ...told.flatMap(([name, counter]) => (counter.count > 0 ? [counted(counter, name)] : [])),
  ];
  return ['### Connections', ...list(lines)].join('\n\n');
};

export const parts: Section = ({ groups, brokers }) =>
  [partTable('Group', groups), partTable('Broker', brokers)].filter((text) => text !== '').join('\n\n');

function partTable(title: string, parts: Result['groups']): string {
  const entries = Object.entries(parts);
  if (entries.length < 2) return '';
  const rows = entries.map(([name, part]) => [code(name), ...partFigures(part)]);
  const columns = ['clients', 'sent/s', 'received/s', 'publish p99', 'delivery p99', 'lost'].map(right);
  return table([left(title), ...columns], rows);
}

export const trust: Section = ({ trust, reasons }) =>
  [
    `**Trust: ${trust.verdict}**`,
    ...list(trust.reasons.filter((reason) => !reasons.includes(reason)).map((reason) => plain(reason))),
  ].join('\n\n');

export const warnings: Section = ({ warnings }) =>
  warnings.length === 0 ? '' : ['### Warnings', ...list(warnings.map((warning) => plain(warning)))].join('\n\n');

/** Entries are Markdown already. */
export function list(entries: readonly string[], most = 50): string[] {
  if (entries.length === 0) return [];
  const over = entries.length - most;
  const more = over > 0 ? [`and ${count(over)} more in the result file`] : [];
  return [[...entries.slice(0, most), ...more].map((entry) => `- ${entry}`).join('\n')];
}

function counted({ count: n, by }: CounterResult, name: string): string {
  const why = causes(inWords(by ?? {}));
  return `${count(n)} ${name}${why === '' ? '' : `: ${plain(why)}`}`;
}
