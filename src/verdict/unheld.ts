import { formatCount } from '../base/units.ts';
import type { CounterName } from '../metrics/catalog.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import { identity, jobContext } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { Routes } from '../plan/routes.ts';
import { publicationOf } from '../plan/streams.ts';
import type { Deliveries } from './delivery.ts';
import { byCount } from './troubles.ts';

/**
 * Groups whose connections all ended at their first publish, and of which nothing else shows that a publish came through.
 * At QoS 0 writing is all that a publisher sees, so without this a broker that throws every one of them out would pass.
 */
export function nothingHeld(plan: Plan, totals: Totals, deliveries: Deliveries): string[] {
  return plan.groups.flatMap((group) => {
    const where = { group: group.name };
    const cut = count(totals, 'disconnects_at_publish', where);
    const sent = count(totals, 'messages_sent', where) + totals.outside('messages_sent', where);
    const acked = count(totals, 'messages_acked', where) + totals.outside('messages_acked', where);
    if (cut === 0 || acked > 0 || count(totals, 'connections_held', where) > 0) return [];
    // What other groups send is in these counts too: only a loss as large as all that this one sent speaks of it.
    if (heard(plan, totals, group) && deliveries.lost({}).count < 0.9 * sent) return [];
    const [most] = byCount(totals.causes('disconnects', where));
    const why = most === undefined ? '' : `, mostly for ${most[0]}`;
    return [
      `Group ${group.name}: all ${formatCount(cut)} connections that it published on were lost within a second of the first ` +
        `publish${why}; nothing shows that any of its ${formatCount(sent)} publishes came through.`,
    ];
  });
}

/** Whether any of the run's subscribers would tell of what the group publishes. */
function heard(plan: Plan, totals: Totals, group: GroupPlan): boolean {
  if (count(totals, 'messages_unjudged', {}) > 0) return true;
  const routes = new Routes(plan, totals.absent);
  const who = identity(plan, group, 0);
  return group.jobs.some((job) => {
    const publication = publicationOf(job, who, jobContext(plan, group));
    return publication !== undefined && routes.expectations(publication, who.broker).length > 0;
  });
}

function count(totals: Totals, name: CounterName, where: Where): number {
  return totals.of(name, where)?.count ?? 0;
}
