import type { TimeName } from '../../metrics/catalog.ts';
import type { Result } from '../../verdict/result.ts';
import type { LineLook, Unit } from './page-data.ts';
import type { Measure } from './points.ts';

/** A line of a chart over time. */
export type Line = LineLook & { readonly measure: Measure };

export type Chart = {
  readonly title: string;
  readonly note: string;
  readonly unit: Unit;
  readonly lines: readonly Line[];
};

/** The times whose distributions are drawn. */
export const distributed: readonly (LineLook & { readonly name: TimeName })[] = [
  { name: 'delivery_time', label: 'delivery', ink: 1, width: 2 },
  { name: 'publish_time', label: 'publish', ink: 2, width: 2 },
  { name: 'connect_time', label: 'connect', ink: 4, width: 2 },
  { name: 'schedule_lag', label: 'schedule lag', ink: 5, width: 2 },
];

/** Every chart that a run may have; those without a value in the run are not drawn. */
export function chartsOf({ brokers }: Result): Chart[] {
  const names = Object.keys(brokers).slice(0, mostBrokers);
  return [
    {
      title: 'Throughput',
      unit: '/s',
      note: 'messages a second',
      lines: [
        counter('sent', 'messages_sent', 1, 4),
        counter('acknowledged', 'messages_acked', 3, 2.25),
        counter('received', 'messages_received', 2, 1.5),
      ],
    },
    latency('Delivery time', 'from when it was due until it arrived', 'delivery_time'),
    latency('Publish time', 'from when it was due until it was acknowledged', 'publish_time'),
    {
      title: 'Clients',
      unit: '',
      note: 'connected, and waiting to be',
      lines: [gauge('connected', 'clients_connected', 1, 'lowest'), gauge('waiting', 'clients_waiting', 2)],
    },
    {
      title: 'Connections',
      unit: '/s',
      note: 'made, broken and made again, a second',
      lines: [
        counter('connected', 'connects', 1, 3),
        counter('connected again', 'reconnects', 3, 1.5),
        counter('lost', 'disconnects', 6, 2),
        counter('failed attempts', 'connect_errors', 4, 1.5),
      ],
    },
    {
      title: 'Troubles',
      unit: '/s',
      note: 'messages a second that did not go as they should',
      lines: [
        counter('sent again', 'messages_resent', 1, 2),
        counter('duplicates', 'messages_duplicated', 2, 2),
        counter('out of order', 'messages_out_of_order', 4, 2),
        counter('dropped', 'publishes_dropped', 6, 2),
        counter('refused or given up', 'publish_errors', 5, 2),
      ],
    },
    {
      title: 'Waiting',
      unit: '',
      note: 'publishes not yet acknowledged, or not yet sent',
      lines: [gauge('in flight', 'in_flight', 1), gauge('owed', 'publishes_owed', 2)],
    },
    latency('Schedule lag', 'how late this program took publishes up', 'schedule_lag'),
    {
      title: 'Messages by the broker’s count',
      unit: '/s',
      note: 'in and out',
      lines: names.flatMap((broker, i) => {
        const whose = names.length > 1 ? `${broker} ` : '';
        return [
          { ...observed(broker, 'messagesReceived', 2 * i), label: `${whose}in` },
          { ...observed(broker, 'messagesSent', 2 * i + 1), label: `${whose}out` },
        ];
      }),
    },
    {
      title: 'CPU of the broker',
      unit: '%',
      note: 'of one core, its own process',
      lines: names.map((broker, i) => observed(broker, 'cpuSeconds', i)),
    },
    {
      title: 'Memory of the broker',
      unit: 'bytes',
      note: 'resident, its own process',
      lines: names.map((broker, i) => observed(broker, 'memoryBytes', i)),
    },
  ];
}

const mostBrokers = 5;
const inks = 6;

type Of<K extends Measure['of']> = Extract<Measure, { of: K }>;

function counter(label: string, name: Of<'counter'>['name'], ink: number, width: number): Line {
  return { label, ink, width, measure: { of: 'counter', name } };
}

function gauge(label: string, name: Of<'gauge'>['name'], ink: number, keep: Of<'gauge'>['keep'] = 'highest'): Line {
  return { label, ink, width: 2, measure: { of: 'gauge', name, keep } };
}

function observed(broker: string, name: Of<'observed'>['name'], i: number): Line {
  return { label: broker, ink: 1 + (i % inks), width: 2, sparse: true, measure: { of: 'observed', name, broker } };
}

function latency(title: string, note: string, name: TimeName): Chart {
  const line = (field: Of<'time'>['field'], ink: number, width: number): Line => {
    return { label: field, ink, width, measure: { of: 'time', name, field } };
  };
  return { title, unit: 'ms', note, lines: [line('max', 5, 1.5), line('p99', 1, 2), line('p50', 3, 2)] };
}
