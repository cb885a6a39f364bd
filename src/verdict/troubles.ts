import { formatCount } from '../base/units.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import { clientsPerBroker } from '../plan/demand.ts';
import type { Plan } from '../plan/plan.ts';
import { expiredCertificate } from '../scenario/files.ts';
import { withoutCredentials } from '../transports/address.ts';
import { connectHint } from './hints.ts';

/** A broker that not all of its clients have reached. */
export interface Trouble {
  readonly broker: string;
  /** The most frequent one. */
  readonly cause: string;
  /** Where, what, and what to do about it. */
  readonly text: string;
}

/** Why clients are not connected (yet), broker by broker; those that all their clients reached once are left out. */
export function connectTroubles(plan: Plan, totals: Totals): Trouble[] {
  const clients = clientsPerBroker(plan);
  return plan.brokers.flatMap(({ name, target }, i) => {
    const reached = connectedEver(totals, { broker: name });
    const [most] = byCount(totals.causes('connect_errors', { broker: name }));
    if (most === undefined || reached >= (clients[i] ?? 0)) return [];
    const [cause, count] = most;
    const url = withoutCredentials(target.url);
    const where = plan.brokers.length > 1 && !url.endsWith(`//${name}`) ? `Broker ${name} (${url})` : url;
    const hint = connectHint(cause, url, {
      reached: reached > 0,
      ca: target.tls?.ca !== undefined,
      byOption: byOption.test(plan.run.commandLine),
      tlsDropped: target.tls === undefined && hadTls.test(plan.run.scenarioText),
      index: i,
      expired: plan.warnings.some((warning) => warning.startsWith(expiredCertificate(name))),
    });
    const times = `${formatCount(count)} time${count === 1 ? '' : 's'}`;
    return [{ broker: name, cause, text: `${where}: ${cause}, ${times}.${hint === undefined ? '' : ` ${hint}`}` }];
  });
}

const byOption = /(^|\s)--broker\b/;
/** The text of the scenario is as it was before the options. */
const hadTls = /^[^#]*\btls\s*:/m;

/** How many clients were connected at least once. */
export function connectedEver(totals: Totals, where: Where): number {
  const count = (name: 'connects' | 'reconnects') => totals.of(name, where)?.count ?? 0;
  return count('connects') - count('reconnects');
}

export function byCount(causes: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(causes).sort((one, other) => other[1] - one[1]);
}
