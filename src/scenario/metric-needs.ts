import type { MetricName } from '../metrics/catalog.ts';

/** What a metric needs so that there will be any data. */
export type Need =
  | 'publishing'
  | 'acknowledging'
  | 'subscribing'
  | 'delivering'
  | 'encrypting'
  | 'upgrading'
  | 'releasing'
  | 'keeping'
  | 'willing';

const needs: Readonly<Partial<Record<MetricName, Need>>> = {
  schedule_lag: 'publishing',
  wait_time: 'publishing',
  publish_time: 'acknowledging',
  publish_service_time: 'acknowledging',
  publish_received_time: 'releasing',
  publish_complete_time: 'releasing',
  tls_time: 'encrypting',
  websocket_time: 'upgrading',
  sessions_resumed: 'keeping',
  sessions_gone: 'keeping',
  messages_resent: 'keeping',
  wills_received: 'willing',
  subscribe_time: 'subscribing',
  messages_received: 'subscribing',
  delivery_time: 'delivering',
  delivery_service_time: 'delivering',
  deliveries_expected: 'delivering',
  deliveries_made: 'delivering',
  messages_lost: 'delivering',
  messages_duplicated: 'delivering',
  messages_copied: 'delivering',
  messages_out_of_order: 'delivering',
  delivery_violations: 'delivering',
};

/** Of a part of the run more can be told: there a count of 0 would say nothing. */
const needsOfParts: Readonly<Partial<Record<MetricName, Need>>> = {
  messages_sent: 'publishing',
  messages_acked: 'acknowledging',
  messages_unacked: 'acknowledging',
  publish_errors: 'acknowledging',
  publishes_due: 'publishing',
  publishes_late: 'publishing',
  publishes_dropped: 'publishing',
  publishes_owed: 'publishing',
  streams_active: 'publishing',
  in_flight: 'acknowledging',
  subscribes: 'subscribing',
  subscribe_errors: 'subscribing',
  messages_retained: 'subscribing',
  messages_foreign: 'subscribing',
  messages_unjudged: 'subscribing',
  deliveries_unacked: 'delivering',
};

/** Undefined: there is always data, and a count of 0 says something. */
export function needOf(metric: MetricName, isPart: boolean): Need | undefined {
  return needs[metric] ?? (isPart ? needsOfParts[metric] : undefined);
}
