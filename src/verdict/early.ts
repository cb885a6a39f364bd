import type { GroupPlan, Plan } from '../plan/plan.ts';
import { publishes, subscribes } from '../plan/streams.ts';
import type { Series } from './series.ts';

/** Who is not there any more and may not come back, where that ended the run; undefined: enough were left. */
export function nobodyLeft(plan: Plan, series: Series): string | undefined {
  const left = ({ name }: GroupPlan) =>
    series.gauge('clients_connected', { group: name }).last + series.gauge('clients_waiting', { group: name }).last;
  const kinds = [
    ['client', () => true],
    ['publisher', publishes],
    ['subscriber', subscribes],
  ] as const;
  for (const [kind, belongs] of kinds) {
    const groups = plan.groups.filter(belongs);
    if (groups.length > 0 && groups.every((group) => left(group) === 0))
      return `no ${kind} was left that may connect again (see reconnect)`;
  }
  return undefined;
}
