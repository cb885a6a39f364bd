import { formatCount } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import { identity } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { sharedIds } from '../plan/shared-ids.ts';
import { subscribes } from '../plan/streams.ts';
import { connectedEver, connectTroubles } from './troubles.ts';

/** Clients that the run went on without. */
export interface Missing {
  readonly group: string;
  readonly clients: number;
  readonly of: number;
  readonly how: string;
  /** The scenario itself says how many must be there. */
  readonly foreseen: boolean;
}

export function missingClients(plan: Plan, totals: Totals): Missing[] {
  return plan.groups.flatMap((group) => {
    const never = Math.max(0, group.clients - connectedEver(totals, { group: group.name }));
    const missing = (clients: number, how: string) => ({
      group: group.name,
      clients,
      of: group.clients,
      how,
      foreseen: group.connect.atLeastSet,
    });
    return [
      missing(never, 'never connected'),
      missing(notSubscribed(plan, group, totals) - never, 'connected, but had no subscription when the load began'),
    ].filter(({ clients }) => clients > 0);
  });
}

/** Those that were gone when the load began. Clients that share an id cannot all be there, and need not. */
function notSubscribed(plan: Plan, group: GroupPlan, { absent }: Totals): number {
  if (!subscribes(group)) return 0;
  const whole = absent.filter((one) => one.job === -1 && one.group === group.name);
  return whole.filter(({ index }) => {
    const { clientId, broker } = identity(plan, group, index);
    return sharedIds(plan)(clientId, broker).length === 0;
  }).length;
}

/** Those that were foreseen, or those that were not; and which brokers they did not reach, and why. */
export function missingReasons(plan: Plan, totals: Totals, missing: readonly Missing[], foreseen: boolean): string[] {
  const told = missing.filter((each) => each.foreseen === foreseen).map(missingReason);
  return told.length === 0 ? [] : [...told, ...connectTroubles(plan, totals).map(({ text }) => text)];
}

function missingReason({ group, clients, of, how }: Missing): string {
  return `Group ${group}: ${formatCount(clients)} of ${formatCount(of)} clients ${how}; nothing was expected of them.`;
}
