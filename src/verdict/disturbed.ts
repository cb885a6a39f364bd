import type { Labels } from '../metrics/snapshot.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import { clientsPerBroker } from '../plan/demand.ts';
import { identity } from '../plan/identity.ts';
import type { Plan } from '../plan/plan.ts';
import { connectedEver } from './troubles.ts';

/**
 * Whether anything happened that excuses a loss in a cell: to the clients of its group on its broker, to any publisher, or to
 * any publish. What happens on one broker excuses nothing on another, unless they share messages.
 */
export function disturbances(plan: Plan, totals: Totals): (labels: Labels) => boolean {
  const shaken = new Map<string, boolean>();
  const isShaken = (group: string, broker: string) => {
    const key = `${group}\n${broker}`;
    const known = shaken.get(key) ?? shook(plan, totals, group, broker);
    shaken.set(key, known);
    return known;
  };
  const publishers = totals.cells().filter((labels) => (totals.of('publishes_due', labels)?.count ?? 0) > 0);
  const everywhere = (where: Where) =>
    totals.lost.length > 0 ||
    count(totals, 'messages_unacked', where) > 0 ||
    count(totals, 'publish_errors', where) > 0 ||
    publishers.some(({ group, broker }) => broker === (where.broker ?? broker) && isShaken(group, broker));
  return ({ group, broker }) => everywhere(plan.cluster ? {} : { broker }) || isShaken(group, broker);
}

function shook(plan: Plan, totals: Totals, name: string, broker: string): boolean {
  const where = { group: name, broker };
  const group = plan.groups.find((one) => one.name === name);
  const at = plan.brokers.findIndex((one) => one.name === broker);
  if (group === undefined || at < 0) return false;
  const clients = clientsPerBroker({ ...plan, groups: [group] })[at] ?? 0;
  return (
    count(totals, 'disconnects', where) > 0 ||
    connectedEver(totals, where) < clients ||
    totals.absent.some((absence) => absence.group === name && identity(plan, group, absence.index).broker === broker)
  );
}

function count(totals: Totals, name: 'disconnects' | 'messages_unacked' | 'publish_errors', where: Where): number {
  return totals.of(name, where)?.count ?? 0;
}
