import { formatCount, formatDuration, formatRate } from '../base/units.ts';
import type { Will } from '../mqtt/packets.ts';
import { type JobReach, reachOf } from '../scenario/reach.ts';
import { workloadOf } from '../workloads/lookup.ts';
import type { StampPlace } from '../workloads/stamp.ts';
import { clientsPerBroker } from './demand.ts';
import { identity, jobContext, populationOfPlan } from './identity.ts';
import type { GroupPlan, Job, Plan, ReconnectPlan } from './plan.ts';
import type { LayOut, Row } from './rows.ts';
import { sharedIds } from './shared-ids.ts';
import { filtersOf, publicationOf } from './streams.ts';

/** Each group as lines. */
export function describeGroup(plan: Plan, layOut: LayOut): string[][] {
  const reach = reachOf(populationOfPlan(plan));
  return plan.groups.map((group, g) => {
    const heading = `Group ${group.name}: ${formatCount(group.clients)} client${group.clients === 1 ? '' : 's'}`;
    const jobs = group.jobs.flatMap((job, j) => jobRows(plan, group, job, reach[g]?.[j]));
    const rows = jobs.length > 0 ? jobs : [['load', 'none: idle connections'] as const];
    return layOut(heading, [...clientRows(plan, group), ...rows]);
  });
}

function clientRows(plan: Plan, group: GroupPlan): Row[] {
  const { session, connect, clients, will } = group;
  const first = identity(plan, group, 0).clientId;
  const last = identity(plan, group, clients - 1).clientId;
  const ids = group.clientId === '' ? 'assigned by the broker' : first === last ? first : `${first} to ${last}`;
  const ramp = connect.ratePerSecond === null ? 'as fast as possible' : formatRate(connect.ratePerSecond);
  return [
    ['ids', `${ids} (${group.clientId})${sharing(plan, group)}`],
    [
      'broker',
      group.broker === 'spread'
        ? plan.brokers.length > 1
          ? 'spread by weight'
          : (plan.brokers[0]?.name ?? '')
        : group.broker,
    ],
    ...(group.localAddresses === undefined ? [] : [['from', group.localAddresses.join(', ')] as const]),
    [
      'connect',
      `${ramp}, at most ${formatCount(connect.concurrency)} at once, ${formatDuration(session.connectTimeoutMs)} each, all within ` +
        `${formatDuration(connect.withinMs)}; the load starts with at least ${formatCount(connect.atLeast * 100)}% of them`,
    ],
    [
      'session',
      `MQTT ${session.protocol}, ${describeSession(group)}, keep-alive ${session.keepAliveS === 0 ? 'off' : formatDuration(session.keepAliveS * 1000)}`,
    ],
    ...(will === undefined ? [] : [['will', describeWill(will)] as const]),
    [
      'in flight',
      `at most ${formatCount(session.inFlight)} unacknowledged QoS 1 and 2 messages a client; publishes owed beyond ` +
        `${formatCount(group.maxQueued)} a client are dropped and counted`,
    ],
    ['reconnect', describeReconnect(group.reconnect)],
  ];
}

/** How many clients of the run have the id of the first one. */
function sharing(plan: Plan, group: GroupPlan): string {
  const { clientId, broker } = identity(plan, group, 0);
  const all = sharedIds(plan)(clientId, broker).length;
  return all === 0
    ? ''
    : `; ${formatCount(all)} clients have the first id, on purpose, and take over each other's connections`;
}

function describeSession({ session, kept }: GroupPlan): string {
  const { cleanStart, resumes, sessionExpiryS, protocol } = session;
  if (!kept) return cleanStart ? 'clean' : 'resumed, but not kept beyond a connection';
  const atEnd = kept === 'leave' ? 'left on the broker at the end' : 'removed at the end';
  const howLong =
    protocol === '5' ? `for ${formatDuration((sessionExpiryS ?? 0) * 1000)}` : 'as long as the broker decides';
  return `${resumes ? 'kept and resumed' : 'kept, but begun anew with each connection'}, ${howLong}, ${atEnd}`;
}

function describeWill({ topicName, payload, qos, retain, delayS }: Will): string {
  const text = payload === '' ? 'an empty payload' : JSON.stringify(payload);
  const delay = delayS > 0 ? `, ${formatDuration(delayS * 1000)} after the loss` : '';
  return `to ${topicName} at QoS ${qos}${retain ? ', retained' : ''}, ${text}${delay}`;
}

function describeReconnect(reconnect: ReconnectPlan | false): string {
  if (reconnect === false) return 'never';
  const { afterMs, upToMs, jitter, attempts } = reconnect;
  const most = attempts === null ? 'any number of attempts' : `at most ${attempts} attempts in a row`;
  return `after ${formatDuration(afterMs)}, doubling up to ${formatDuration(upToMs)}, ${formatCount(jitter * 100)}% of it random; ${most}`;
}

function jobRows(plan: Plan, group: GroupPlan, job: Job, reach: JobReach | undefined): Row[] {
  const who = identity(plan, group, 0);
  const publication = publicationOf(job, who, jobContext(plan, group));
  const [filter] = filtersOf(job, who);
  const rows: Row[] = [['each', workloadOf(job).describe(job.options, group.clients)]];
  const each = { count: (reach?.pairs ?? 0) / group.clients, uneven: unevenlySpread(plan, group) };
  if (publication !== undefined) {
    const topic = publication.levels.map((level) => level ?? '*').join('/');
    rows.push(['', `topic of the first client: ${topic}; each message goes to ${subscribersWord(each)}`]);
    const unstamped = unstampedWord(publication.stamp, reach);
    if (unstamped !== undefined) rows.push(['', unstamped]);
  }
  if (filter !== undefined) {
    rows.push([
      '',
      `filter of the first client: ${filter.topicFilter}; ${streamsWord(each, filter.topicFilter.startsWith('$share/'))}`,
    ]);
  }
  return rows;
}

function unstampedWord(stamp: StampPlace, reach: JobReach | undefined): string | undefined {
  if (stamp === 'none') return 'without a stamp: deliveries are counted, not timed';
  const unread = [...(reach?.unread ?? [])].sort();
  if (unread.length === 0) return undefined;
  return `its stamp is a user property, which does not come to ${unread.join(', ')}: there deliveries are counted, not timed`;
}

/** Over the clients of a group. */
type Mean = { readonly count: number; readonly uneven: boolean };

function subscribersWord({ count, uneven }: Mean): string {
  if (count === 0) return 'no subscriber';
  return `${figure(count)} subscriber${count === 1 ? '' : 's'}${average(count, uneven)}`;
}

function streamsWord({ count, uneven }: Mean, shared: boolean): string {
  if (count === 0) return 'no publication matches';
  const share = shared ? ', shared among them,' : '';
  const whose = count === 1 ? "publisher's" : "publishers'";
  return `each client${share} gets ${figure(count)} ${whose} messages${average(count, uneven)}`;
}

function figure(count: number): string {
  return formatCount(Number.isInteger(count) ? count : Number(count.toPrecision(3)));
}

function average(count: number, uneven: boolean): string {
  return uneven || !Number.isInteger(count) ? ' on average' : '';
}

/** True where clients of the group meet more clients on one broker than on another. */
function unevenlySpread(plan: Plan, group: GroupPlan): boolean {
  if (plan.cluster || plan.brokers.length < 2 || group.broker !== 'spread') return false;
  return plan.groups.some((other) => new Set(clientsPerBroker({ ...plan, groups: [other] })).size > 1);
}
