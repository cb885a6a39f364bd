import type { CounterName, MetricName } from './catalog.ts';

/** What 100 % of a metric is: the sum of these counters; `qos`: of messages at these levels alone. */
export interface ShareBase {
  readonly words: string;
  readonly of: readonly CounterName[];
  readonly qos?: readonly (0 | 1 | 2)[];
}

const attempts: ShareBase = { words: 'attempts to connect', of: ['connects', 'connect_errors'] };
const connections: ShareBase = { words: 'connections made', of: ['connects'] };
const losses: ShareBase = { words: 'connections lost', of: ['disconnects'] };
const sessions: ShareBase = {
  words: 'reconnects that asked for a kept session',
  of: ['sessions_resumed', 'sessions_gone'],
};
const filters: ShareBase = { words: 'topic filters asked for', of: ['subscribes', 'subscribe_errors'] };
const due: ShareBase = { words: 'publishes due', of: ['publishes_due'] };
const sent: ShareBase = { words: 'messages sent at QoS 1 and 2', of: ['messages_sent'], qos: [1, 2] };
const received: ShareBase = { words: 'messages received', of: ['messages_received'] };
const packets: ShareBase = {
  words: 'PUBLISH packets received',
  of: ['messages_received', 'messages_retained', 'wills_received', 'messages_foreign'],
};
const expected: ShareBase = { words: 'deliveries expected', of: ['deliveries_expected'] };

/** The one place that says what `share` of a metric is of; where a metric is not named there is nothing sensible. */
export const shareBases: Readonly<Partial<Record<MetricName, ShareBase>>> = {
  connects: attempts,
  connect_errors: attempts,
  protocol_errors: attempts,
  disconnects: connections,
  disconnects_at_publish: connections,
  connections_held: connections,
  reconnects: losses,
  takeovers: losses,
  sessions_resumed: sessions,
  sessions_gone: sessions,
  subscribes: filters,
  subscribe_errors: filters,
  messages_sent: due,
  publishes_late: due,
  publishes_dropped: due,
  messages_acked: sent,
  messages_unacked: sent,
  messages_resent: sent,
  publish_errors: sent,
  messages_duplicated: received,
  messages_copied: received,
  messages_unjudged: received,
  messages_out_of_order: received,
  messages_retained: packets,
  messages_foreign: packets,
  deliveries_unacked: expected,
  deliveries_made: expected,
  messages_lost: expected,
  delivery_violations: expected,
};
