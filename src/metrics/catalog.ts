/**
 * `counter`, `time` and `gauge` are recorded; `settled` is derived when the run has drained.
 * `run`: counts from the first connect to our own disconnecting; `window`: belongs to the phase of its due time.
 */
export interface Metric {
  readonly kind: 'counter' | 'time' | 'gauge' | 'settled';
  readonly scope: 'run' | 'window';
  readonly help: string;
}

/** The one place where a metric is spelled; recorder, snapshot, thresholds, reports and docs iterate over it. */
export const catalog = {
  connects: { kind: 'counter', scope: 'run', help: 'connections that the broker accepted' },
  connect_errors: { kind: 'counter', scope: 'run', help: 'attempts to connect that failed, by cause' },
  disconnects: { kind: 'counter', scope: 'run', help: 'connections lost, by cause' },
  disconnects_at_publish: {
    kind: 'counter',
    scope: 'run',
    help: 'connections lost within a second of the first publish on them',
  },
  connections_held: {
    kind: 'counter',
    scope: 'run',
    help: 'connections that stood for a second or longer after the first publish on them, counted when they end',
  },
  reconnects: { kind: 'counter', scope: 'run', help: 'connections made again after a loss' },
  sessions_resumed: {
    kind: 'counter',
    scope: 'run',
    help: 'reconnects that found the session that the client had asked to keep',
  },
  sessions_gone: {
    kind: 'counter',
    scope: 'run',
    help: 'reconnects at which the broker had lost the session that it was to keep',
  },
  sessions_removed: { kind: 'counter', scope: 'run', help: 'kept sessions removed from the broker at the end' },
  takeovers: { kind: 'counter', scope: 'run', help: 'connections that another client took over by its id, by id' },
  subscribes: { kind: 'counter', scope: 'run', help: 'topic filters granted' },
  subscribe_errors: { kind: 'counter', scope: 'run', help: 'topic filters refused, by reason code' },
  protocol_errors: { kind: 'counter', scope: 'run', help: 'connections ended by bytes that are not MQTT' },
  bytes_sent: { kind: 'counter', scope: 'run', help: 'bytes written to sockets' },
  bytes_received: { kind: 'counter', scope: 'run', help: 'bytes read from sockets' },
  messages_sent: { kind: 'counter', scope: 'window', help: 'PUBLISH packets written for the first time' },
  messages_resent: { kind: 'counter', scope: 'window', help: 'PUBLISH packets written again with DUP' },
  messages_acked: { kind: 'counter', scope: 'window', help: 'publishes acknowledged (QoS 1 PUBACK, QoS 2 PUBCOMP)' },
  messages_unacked: { kind: 'counter', scope: 'window', help: 'publishes never acknowledged or given up' },
  messages_received: { kind: 'counter', scope: 'window', help: 'PUBLISH packets of this run received' },
  messages_retained: { kind: 'counter', scope: 'window', help: 'retained messages of this run received' },
  wills_received: { kind: 'counter', scope: 'window', help: 'will messages of this run received' },
  messages_foreign: { kind: 'counter', scope: 'window', help: 'PUBLISH packets received that are not of this run' },
  messages_duplicated: { kind: 'counter', scope: 'window', help: 'messages received again' },
  messages_copied: { kind: 'counter', scope: 'window', help: 'further copies that overlapping subscriptions allow' },
  messages_unjudged: { kind: 'counter', scope: 'window', help: 'messages received that the plan cannot foresee' },
  messages_out_of_order: {
    kind: 'counter',
    scope: 'window',
    help: 'messages received after a later one of their stream',
  },
  deliveries_expected: { kind: 'counter', scope: 'window', help: 'deliveries owed for what was sent' },
  deliveries_unacked: {
    kind: 'counter',
    scope: 'window',
    help: 'deliveries owed for publishes that were never acknowledged',
  },
  deliveries_made: { kind: 'counter', scope: 'window', help: 'first receipts of expected deliveries' },
  publishes_due: { kind: 'counter', scope: 'window', help: 'publishes that the pacer asked for' },
  publishes_late: { kind: 'counter', scope: 'window', help: 'publishes taken up more than 10 ms late' },
  publishes_dropped: {
    kind: 'counter',
    scope: 'window',
    help: 'publishes never sent, by cause: more than maxQueued owed, their client gone, or larger than the broker takes',
  },
  publish_errors: { kind: 'counter', scope: 'window', help: 'publishes refused or given up, by reason code' },
  delivery_violations: {
    kind: 'settled',
    scope: 'window',
    help: 'deliveries that break the contract of their QoS, by kind',
  },
  messages_lost: { kind: 'settled', scope: 'window', help: 'deliveries owed and never made, by cause' },
  connect_time: { kind: 'time', scope: 'run', help: 'from when a client was due to connect to its CONNACK' },
  connect_service_time: { kind: 'time', scope: 'run', help: 'from opening the socket to its CONNACK' },
  tcp_time: { kind: 'time', scope: 'run', help: 'from opening the socket until the host accepted it' },
  tls_time: { kind: 'time', scope: 'run', help: 'from then to the end of the TLS handshake' },
  websocket_time: { kind: 'time', scope: 'run', help: 'from then to the end of the WebSocket handshake' },
  connack_time: { kind: 'time', scope: 'run', help: 'from then, when CONNECT can be written, to CONNACK' },
  subscribe_time: { kind: 'time', scope: 'run', help: 'from SUBSCRIBE to SUBACK' },
  reconnect_time: { kind: 'time', scope: 'run', help: 'from a loss to the next CONNACK, back-off included' },
  publish_time: { kind: 'time', scope: 'window', help: 'from when a publish was due to its acknowledgement' },
  publish_service_time: { kind: 'time', scope: 'window', help: 'from writing a publish to its acknowledgement' },
  publish_received_time: {
    kind: 'time',
    scope: 'window',
    help: 'QoS 2, first leg: from writing a publish to its PUBREC',
  },
  publish_complete_time: {
    kind: 'time',
    scope: 'window',
    help: 'QoS 2, second leg: from PUBREC and PUBREL to PUBCOMP',
  },
  delivery_time: { kind: 'time', scope: 'window', help: 'from when a publish was due to its arrival' },
  delivery_service_time: { kind: 'time', scope: 'window', help: 'from writing a publish to its arrival' },
  schedule_lag: { kind: 'time', scope: 'window', help: 'from when a publish was due until this program took it up' },
  wait_time: { kind: 'time', scope: 'window', help: 'from taking a publish up until the connection took it' },
  clients_connected: { kind: 'gauge', scope: 'run', help: 'clients connected now' },
  clients_waiting: { kind: 'gauge', scope: 'run', help: 'clients that will try to connect (again)' },
  sessions_kept: { kind: 'gauge', scope: 'run', help: 'sessions that brokers keep for clients of this run' },
  sockets_full: { kind: 'gauge', scope: 'run', help: 'clients whose socket had not taken all that was written to it' },
  in_flight: { kind: 'gauge', scope: 'run', help: 'publishes written and not yet acknowledged' },
  publishes_owed: { kind: 'gauge', scope: 'run', help: 'publishes due that their client could not send yet' },
  streams_active: { kind: 'gauge', scope: 'run', help: 'streams that have not reached their message limit' },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof catalog;
type OfKind<K extends Metric['kind']> = {
  [N in MetricName]: (typeof catalog)[N]['kind'] extends K ? N : never;
}[MetricName];
export type CounterName = OfKind<'counter'>;
export type TimeName = OfKind<'time'>;
export type GaugeName = OfKind<'gauge'>;
export type SettledName = OfKind<'settled'>;

export const metricNames = Object.keys(catalog) as readonly MetricName[];
export const counterNames = metricNames.filter((name): name is CounterName => catalog[name].kind === 'counter');
export const timeNames = metricNames.filter((name): name is TimeName => catalog[name].kind === 'time');
export const gaugeNames = metricNames.filter((name): name is GaugeName => catalog[name].kind === 'gauge');
