import { formatCount } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { Deliveries } from './delivery.ts';

/** Below this share a loss has other causes than brokers that do not know each other. */
const tellingShare = 0.1;

/** Whether several brokers share messages as the scenario says; undefined: nothing speaks against it. */
export function crossingDoubt(plan: Plan, totals: Totals, deliveries: Deliveries): string | undefined {
  if (plan.brokers.length < 2) return undefined;
  if (!plan.cluster) {
    if ((totals.of('messages_unjudged')?.count ?? 0) === 0) return undefined;
    return 'if the brokers share messages, say cluster: true, so that deliveries from one to another are judged';
  }
  const short = plan.groups.flatMap(({ name: group }) => {
    const parts = plan.brokers.flatMap(({ name: broker }) => {
      const expected = deliveries.expected({ group, broker });
      const lost = deliveries.lost({ group, broker }).count;
      if (lost === 0 || lost < tellingShare * expected) return [];
      return [`${formatCount(expected - lost)} of ${formatCount(expected)} on ${broker}`];
    });
    return parts.length === 0 ? [] : [`group ${group} got ${parts.join(', ')}`];
  });
  if (short.length === 0) return undefined;
  return (
    `cluster: true expects every message on all brokers, but ${short.join('; ')}: are they joined (a bridge, a cluster)? ` +
    'If each is on its own, leave cluster out.'
  );
}
