import { formatCount } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import { connectedEver } from './troubles.ts';

/** The rate that was asked is not the rate that was made: said wherever it is so, each part by its cause. */
export function unsentWarnings(plan: Plan, totals: Totals): string[] {
  const dropped = totals.of('publishes_dropped')?.count ?? 0;
  const owed = totals.of('publishes_owed')?.count ?? 0;
  const due = totals.of('publishes_due')?.count ?? 0;
  if (dropped + owed === 0) return [];
  const causes = Object.entries(totals.causes('publishes_dropped'));
  const parts = [
    ...causes.map(([cause, n]) => part(n, cause === 'client_gone' ? gone(plan, totals) : (words[cause] ?? cause))),
    ...(owed > 0 ? [part(owed, `were still owed at the end, ${heldBack}`)] : []),
  ];
  const share = `${((100 * (dropped + owed)) / Math.max(1, due)).toFixed(1)} %`;
  const told = parts.length === 0 ? '' : `: ${parts.join('; ')}`;
  return [`${formatCount(dropped + owed)} of ${formatCount(due)} publishes (${share}) were never sent${told}`];
}

const heldBack = 'because their clients were held back (window full, socket blocked or not connected)';
const words: Readonly<Record<string, string>> = {
  max_queued: `were dropped as more than maxQueued, ${heldBack}`,
  packet_too_large: 'are larger than the broker takes',
};

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
