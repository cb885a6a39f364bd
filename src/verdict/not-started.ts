import { formatCount, formatDuration } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { subscribes } from '../plan/streams.ts';
import { byCount, connectedEver, connectTroubles } from './troubles.ts';

/** Why the load did not begin: who was not there in time, and what was in the way. */
export function notStartedReasons(plan: Plan, totals: Totals): string[] {
  const reasons = [
    ...totals.lost.map(({ worker, clients, reason }) => `Worker "${worker}" died with ${clients} clients: ${reason}`),
    ...plan.groups.flatMap((group) => tooFewConnected(group, totals) ?? tooFewSubscribed(group, totals) ?? []),
    ...connectTroubles(plan, totals).map(({ text }) => text),
  ];
  return reasons.length > 0 ? reasons : plan.groups.flatMap((group) => notStayed(group, totals));
}

function tooFewConnected(group: GroupPlan, totals: Totals): string | undefined {
  const { name, clients } = group;
  const connected = connectedEver(totals, { group: name });
  if (isEnough(group, connected)) return undefined;
  const most = mostFrequent('connect_errors', group, totals);
  const mostly = most === undefined ? '' : `, mostly for ${most}`;
  return `Group ${name}: ${formatCount(connected)} of ${formatCount(clients)} clients connected ${attemptsOf(group)}${inTime(group)}${mostly}.`;
}

/** Connected is not ready: that takes the answer to SUBSCRIBE, too. */
function tooFewSubscribed(group: GroupPlan, totals: Totals): string | undefined {
  const { name, clients } = group;
  const answers = totals.of('subscribe_time', { group: name })?.count ?? 0;
  if (!subscribes(group) || isEnough(group, answers)) return undefined;
  return (
    `Group ${name}: ${formatCount(connectedEver(totals, { group: name }))} of ${formatCount(clients)} clients connected, but only ` +
    `${formatCount(answers)} were subscribed ${inTime(group)}${lostFor(group, totals)}.`
  );
}

function notStayed(group: GroupPlan, totals: Totals): string[] {
  const lost = lostFor(group, totals);
  return lost === '' ? [] : [`Group ${group.name}: too few clients stayed connected until all were ready${lost}.`];
}

function isEnough({ clients, connect }: GroupPlan, count: number): boolean {
  return count >= connect.atLeast * clients;
}

/** They gave up before their time was over, or might have. */
function attemptsOf({ reconnect }: GroupPlan): string {
  const attempts = reconnect === false ? 1 : reconnect.attempts;
  return attempts === null ? '' : `with ${formatCount(attempts)} attempt${attempts === 1 ? '' : 's'} each `;
}

function inTime({ connect }: GroupPlan): string {
  return `within ${formatDuration(connect.withinMs)}, at least ${formatCount(100 * connect.atLeast)} % must`;
}

function lostFor(group: GroupPlan, totals: Totals): string {
  const most = mostFrequent('disconnects', group, totals);
  return most === undefined ? '' : `; connections were lost, mostly for ${most}`;
}

function mostFrequent(counter: 'connect_errors' | 'disconnects', { name }: GroupPlan, totals: Totals) {
  const [most] = byCount(totals.causes(counter, { group: name }));
  return most && `${most[0]} (${formatCount(most[1])} time${most[1] === 1 ? '' : 's'})`;
}
