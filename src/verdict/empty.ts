import { formatCount } from '../base/units.ts';
import type { CounterName } from '../metrics/catalog.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { publishes } from '../plan/streams.ts';
import type { Deliveries } from './delivery.ts';
import { byCount } from './troubles.ts';
import { nothingHeld } from './unheld.ts';
import { inWords } from './words.ts';

/** Why there is nothing for a verdict to rest on: a run in which nothing was measured, or in which all failed, must not pass. */
export function emptyReasons(plan: Plan, totals: Totals, deliveries: Deliveries): string[] {
  const unmeasured = nothingMeasured(plan, totals);
  if (unmeasured.length > 0) return unmeasured;
  const reasons = [
    ...nothingAcknowledged(plan, totals),
    ...nothingDelivered(plan, totals, deliveries, false),
    ...nothingSent(totals),
  ];
  if (reasons.length === 0) reasons.push(...nothingHeld(plan, totals, deliveries));
  const ended = reasons.length > 0 && plan.groups.some((group) => endsAtPublish(group, totals));
  return ended ? [...reasons, endedAtPublish] : reasons;
}

/** Groups that got nothing of what was acknowledged: a broken promise, for which a threshold fails unless the scenario allows it. */
export function undeliveredReasons(plan: Plan, totals: Totals, deliveries: Deliveries): string[] {
  return nothingDelivered(plan, totals, deliveries, true);
}

const endedAtPublish =
  'The broker ends the connection at a publish: is it too large, or are its QoS or RETAIN not allowed there? ' +
  '(MQTT 3 cannot say why)';

function nothingMeasured(plan: Plan, totals: Totals): string[] {
  if (!plan.groups.some(publishes)) return [];
  if (count(totals, 'publishes_due', {}) + count(totals, 'messages_sent', {}) > 0) return [];
  return ['No publish was due in the measured window: it was too short, or all was sent in the warm-up (see warmUp).'];
}

function nothingAcknowledged(plan: Plan, totals: Totals): string[] {
  const silent = plan.groups.flatMap(({ name: group }) => {
    const sent = ofQos1And2(totals, 'messages_sent', { group });
    if (sent === 0 || ofQos1And2(totals, 'messages_acked', { group }) > 0) return [];
    const causes = byCount(inWords(totals.causes('publish_errors', { group })));
    const why = causes.map(([cause, n]) => `${cause} ${formatCount(n)}`).join(', ');
    const which = `none of its ${formatCount(sent)} publishes at QoS 1 or 2 was acknowledged`;
    return [`Group ${group}: ${which}${why === '' ? '' : ` (${why})`}.`];
  });
  if (silent.length > 0 || ofQos1And2(totals, 'messages_sent', {}) > 0) return silent;
  // What is too large for the broker has a reason of its own.
  const tooLarge = (qos: 1 | 2) => totals.causes('publishes_dropped', { qos })['packet_too_large'] ?? 0;
  const due = ofQos1And2(totals, 'publishes_due', {}) - tooLarge(1) - tooLarge(2);
  return due > 0 ? [`None of the ${formatCount(due)} publishes at QoS 1 or 2 that were due was sent.`] : [];
}

/** At QoS 0; the others have their own reason. */
function nothingSent(totals: Totals): string[] {
  const due = count(totals, 'publishes_due', { qos: 0 });
  const tooLarge = totals.causes('publishes_dropped', { qos: 0 })['packet_too_large'] ?? 0;
  if (due <= tooLarge || count(totals, 'messages_sent', {}) > 0) return [];
  return [`None of the ${formatCount(due)} publishes at QoS 0 that were due was sent.`];
}

function nothingDelivered(plan: Plan, totals: Totals, deliveries: Deliveries, promised: boolean): string[] {
  return plan.groups.flatMap(({ name: group }) => {
    const expected = deliveries.expected({ group });
    if (expected === 0 || count(totals, 'deliveries_made', { group }) > 0) return [];
    if ('acked_not_delivered' in deliveries.lost({ group }).by !== promised) return [];
    return [`Group ${group}: none of the ${formatCount(expected)} deliveries that were expected was made.`];
  });
}

/** Whether the connections of a group were made, and then lost again and again once something was published. */
function endsAtPublish(group: GroupPlan, totals: Totals): boolean {
  const where = { group: group.name };
  if (!publishes(group) || group.session.protocol === '5') return false;
  const { connection_closed: closed = 0, connection_reset: reset = 0 } = totals.causes('disconnects', where);
  const lost = closed + reset;
  const sent = count(totals, 'messages_sent', where) + totals.outside('messages_sent', where);
  const acked = count(totals, 'messages_acked', where) + totals.outside('messages_acked', where);
  // A broker that is gone lets nobody in again; one that objects to a publish does, and ends that connection as well.
  return lost > 0 && acked === 0 && sent >= 0.9 * lost && count(totals, 'connect_errors', where) < 0.1 * lost;
}

function ofQos1And2(totals: Totals, name: CounterName, where: Where): number {
  return count(totals, name, { ...where, qos: 1 }) + count(totals, name, { ...where, qos: 2 });
}

function count(totals: Totals, name: CounterName, where: Where): number {
  return totals.of(name, where)?.count ?? 0;
}
