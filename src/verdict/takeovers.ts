import { formatCount } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import { clientsPerBroker } from '../plan/demand.ts';
import type { Plan } from '../plan/plan.ts';
import { sharedIds } from '../plan/shared-ids.ts';
import type { TakeoverResult } from './result.ts';
import { somebodyElse } from './words.ts';

const mostIds = 100;
const mostClients = 10;
const mostNamed = 5;

/** The ids by which connections were taken over, the most frequent first, and who of the run shares them. */
export function takeovers(plan: Plan, totals: Totals): TakeoverResult[] {
  return allTakeovers(plan, totals).slice(0, mostIds);
}

function allTakeovers(plan: Plan, totals: Totals): TakeoverResult[] {
  const found = plan.brokers.flatMap(({ name }) =>
    Object.entries(totals.causes('takeovers', { broker: name })).map(([clientId, count]) => ({
      clientId,
      broker: name,
      count,
    })),
  );
  // Who shares an id takes a walk over all clients.
  if (found.length === 0) return [];
  const shared = sharedIds(plan);
  return found
    .map((one) => ({ ...one, clients: shared(one.clientId, one.broker).slice(0, mostClients) }))
    .sort((one, other) => other.count - one.count);
}

/** Somebody else uses ids of this run: nothing that its clients then measure can be relied on. */
export function takeoverWarnings(plan: Plan, totals: Totals): string[] {
  const foreign = allTakeovers(plan, totals).filter(({ clients }) => clients.length === 0);
  const named = foreign.slice(0, mostNamed).map(({ clientId, count }) => {
    const times = `${formatCount(count)} time${count === 1 ? '' : 's'}`;
    return (
      `${somebodyElse} the client id ${JSON.stringify(clientId)}: the broker ended its connection ${times} because another client ` +
      `connected with it [MQTT-3.1.4-3]; stop that one, or choose other ids with clientId ({run} makes them unique)`
    );
  });
  const more = foreign.length - named.length;
  const told = more > 0 ? [...named, `and so with ${formatCount(more)} more client ids`] : named;
  return [...told, ...suspicions(plan, totals)];
}

/**
 * Before MQTT 5, and on Mosquitto 2.0.11 on MQTT 5 too, a takeover by somebody else looks like any end without a word. Where
 * connections suffer it again and again whose ids another run may have too, these are the likely reason: if few others do, or
 * if many do and come back at once.
 */
function suspicions(plan: Plan, totals: Totals): string[] {
  const clients = clientsPerBroker(plan);
  return plan.brokers.flatMap(({ name }, i) => {
    const all = [...totals.repeated.of(name)].filter(([clientId]) => clientId !== '');
    const ids = all.filter(([clientId]) => !clientId.includes(plan.run.tag)).sort((one, other) => other[1] - one[1]);
    if (all.length <= Math.max(1, (clients[i] ?? 0) / 10)) return ids.slice(0, mostNamed).map(suspicion);
    const endings = ids.reduce((sum, [, count]) => sum + count, 0);
    // What ends the others too, or keeps clients from coming back, is no matter of ids.
    const unlike = 10 * (all.length - ids.length) > ids.length;
    const failed = totals.of('connect_errors', { broker: name })?.count ?? 0;
    return unlike || 10 * failed > endings ? [] : [suspicionOfMany(ids)];
  });
}

function suspicion([clientId, count]: readonly [string, number]): string {
  return (
    `the connection of client id ${JSON.stringify(clientId)} ended ${formatCount(count)} times without a word, and few or ` +
    `no others did so: perhaps ${somebodyElse} this id; {run} in clientId makes ids unique`
  );
}

function suspicionOfMany(ids: readonly (readonly [string, number])[]): string {
  const named = ids
    .slice(0, mostNamed)
    .map(([clientId, count]) => `${JSON.stringify(clientId)} ${formatCount(count)} times`);
  const told = ids.length > mostNamed ? [...named, '...'] : named;
  return (
    `the connections of ${formatCount(ids.length)} client ids ended again and again without a word and could be made again at once ` +
    `(${told.join(', ')}): perhaps ${somebodyElse} these ids, as a second run of the same scenario does; {run} in clientId ` +
    'makes ids unique'
  );
}
