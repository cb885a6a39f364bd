import { clients, type LoadClient } from '../clients/index.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import type { Execution } from '../plan/execution.ts';
import type { Plan } from '../plan/plan.ts';
import { schemeOf } from '../transports/address.ts';
import { Fleet } from './fleet.ts';
import type { OpenTicker } from './ticker.ts';
import { plainTicker } from './tickers/plain.ts';

/** A fleet of this thread, called `worker` in its snapshots; what it is told before its client is loaded waits. */
export function fleet(
  plan: Plan,
  worker: string,
  tell: (snapshot: Snapshot) => void,
  openTicker: OpenTicker = plainTicker,
): Execution {
  const load = (clients as Readonly<Record<string, LoadClient>>)[plan.client];
  if (load === undefined) throw new Error(`unknown client ${plan.client}`);
  const schemes = plan.brokers.map(({ target }) => schemeOf(target.url));
  const loaded = load(schemes).then((open) => new Fleet(plan, open, openTicker, worker, tell));
  const then = (act: (one: Fleet) => void) => void loaded.then(act);
  return {
    start: (atUs, absent) => then((one) => one.start(atUs, absent)),
    drain: (atUs) => then((one) => one.drain(atUs)),
    end: (matching) => then((one) => one.end(matching)),
  };
}
