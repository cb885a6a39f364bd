import { formatCount, formatDuration } from '../base/units.ts';
import type { Totals } from '../metrics/totals.ts';
import { identity, jobContext } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { publicationOf } from '../plan/streams.ts';

/** What stays on brokers when the run is over: sessions, and retained messages. */
export function leavings(plan: Plan, totals: Totals): string[] {
  return [...plan.groups.flatMap((group) => sessionsLeft(group, totals)), ...retainedLeft(plan, totals)];
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

function retainedLeft(plan: Plan, totals: Totals): string[] {
  return plan.groups.flatMap((group) => {
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
      const topic = (job.options as { topic: string }).topic;
      return [
        `${group.name}: ${many} of ${topic} may remain on the broker: an empty retained message to each topic removes them [MQTT-3.3.1-6]`,
      ];
    });
  });
}
