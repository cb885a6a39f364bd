import { formatCount, formatDuration } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import { identity, jobContext } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { publicationOf } from '../plan/streams.ts';
import { willOf } from '../plan/wills.ts';

/** What stays on brokers when the run is over: sessions, and retained messages. `cut`: connections end without a DISCONNECT. */
export function leavings(plan: Plan, totals: Totals, cut = false): string[] {
  return [
    ...plan.groups.flatMap((group) => sessionsLeft(group, totals)),
    ...plan.groups.flatMap((group) => [...retainedLeft(plan, group, totals), ...willsLeft(plan, group, totals, cut)]),
  ];
}

function sessionsLeft({ name, session, kept }: GroupPlan, totals: Totals): string[] {
  const left = totals.of('sessions_kept', { group: name })?.count ?? 0;
  if (left === 0) return [];
  const why = kept === 'leave' ? 'as session.leave asks' : 'they could not be removed';
  const until =
    session.protocol === '5'
      ? `for ${formatDuration((session.sessionExpiryS ?? 0) * 1000)} after their last connection`
      : 'until it forgets them';
  return [`${name}: ${formatCount(left)} sessions remain on the broker, ${why}: it queues messages for them ${until}`];
}

function retainedLeft(plan: Plan, group: GroupPlan, totals: Totals): string[] {
  if ((totals.of('messages_sent', { group: group.name })?.count ?? 0) === 0) return [];
  return group.jobs.flatMap((job) => {
    const context = jobContext(plan, group);
    const first = publicationOf(job, identity(plan, group, 0), context);
    if (first?.retain !== true) return [];
    const topics = new Set<string>();
    const varies = first.levels.includes(null);
    for (let index = 0; index < group.clients && !varies; index++)
      topics.add(publicationOf(job, identity(plan, group, index), context)?.levels.join('/') ?? '');
    const many = varies ? 'a retained message for every topic' : `${formatCount(topics.size)} retained messages`;
    return [remaining(group, many, (job.options as { topic: string }).topic)];
  });
}

/** Of clients whose connection broke, or was taken over. An empty one removes what is retained. */
function willsLeft(plan: Plan, group: GroupPlan, totals: Totals, cut: boolean): string[] {
  const { name, will } = group;
  if (will?.retain !== true || will.payload === '') return [];
  const count = (metric: 'connects' | 'disconnects') => totals.of(metric, { group: name })?.count ?? 0;
  const broken = count(cut ? 'connects' : 'disconnects');
  if (broken === 0) return [];
  const topics = new Set<string>();
  for (let index = 0; index < group.clients; index++) topics.add(willOf(will, identity(plan, group, index)).topicName);
  const most = Math.min(topics.size, broken);
  return [remaining(group, most === 1 ? 'a retained will' : `${formatCount(most)} retained wills`, will.topicName)];
}

function remaining({ name }: GroupPlan, what: string, topic: string): string {
  return `${name}: ${what} of ${topic} may remain on the broker: an empty retained message to each topic removes them [MQTT-3.3.1-6]`;
}
