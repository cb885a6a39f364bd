import { formatCount, formatDuration } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { Series } from './series.ts';
import { connectedEver } from './troubles.ts';

/** The rate that was asked is not the rate that was made: said wherever it is so, each part by its cause. */
export function unsentWarnings(plan: Plan, totals: Totals, series: Series): string[] {
  const dropped = totals.of('publishes_dropped')?.count ?? 0;
  const owed = totals.of('publishes_owed')?.count ?? 0;
  const due = totals.of('publishes_due')?.count ?? 0;
  const full = series.gauge('sockets_full', {}).max;
  if (dropped + owed === 0) return full > 0 ? waitWarnings(totals, full) : [];
  const heldBack = `because their clients were held back ${full > 0 ? `(${fullSockets(full)})` : anyReason}`;
  const causes = Object.entries(totals.causes('publishes_dropped'));
  const parts = [
    ...causes.map(([cause, n]) => part(n, cause === 'client_gone' ? gone(plan, totals) : dropWords(cause, heldBack))),
    ...(owed > 0 ? [part(owed, `were still owed at the end, ${heldBack}`)] : []),
  ];
  const share = `${((100 * (dropped + owed)) / Math.max(1, due)).toFixed(1)} %`;
  const told = parts.length === 0 ? '' : `: ${parts.join('; ')}`;
  return [`${formatCount(dropped + owed)} of ${formatCount(due)} publishes (${share}) were never sent${told}`];
}

const anyReason = '(window full, socket blocked or not connected)';
const longWaitUs = 10_000;

function dropWords(cause: string, heldBack: string): string {
  if (cause === 'max_queued') return `were dropped as more than maxQueued, ${heldBack}`;
  return cause === 'packet_too_large' ? 'are larger than the broker takes' : cause;
}

/** The broker's part, so no matter of trust; but whoever reads the latencies must know what they wait for. */
function fullSockets(full: number): string {
  return (
    `the sockets of up to ${formatCount(full)} of them took no more: the broker, or the network to it, reads more slowly than this ` +
    'sends; see which of the two is at its limit, or ask for less'
  );
}

function waitWarnings(totals: Totals, full: number): string[] {
  const waitUs = totals.histogram('wait_time')?.percentile(99) ?? 0;
  if (waitUs < longWaitUs) return [];
  const wait = formatDuration(Number((waitUs / 1000).toPrecision(3)));
  return [`publishes waited up to ${wait} (p99 of wait_time) for their clients: ${fullSockets(full)}`];
}

function part(n: number, text: string): string {
  return `${formatCount(n)} ${text}`;
}

/** Those that are not coming back and those that never came are dropped alike. */
function gone(plan: Plan, totals: Totals): string {
  const missing = plan.groups.some(({ name, clients }) => connectedEver(totals, { group: name }) < clients);
  const left = (totals.of('disconnects')?.count ?? 0) > 0;
  const who = [
    ...(missing ? ['never connected'] : []),
    ...(left || !missing ? ['were gone for good (see reconnect)'] : []),
  ];
  return `were of clients that ${who.join(' or ')}`;
}
