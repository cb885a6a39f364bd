import { z } from 'zod';
import { count, duration, flag, ipAddress, oneOrMany, qos, rate, share, template, text } from '../base/fields.ts';
import type { Protocol } from '../mqtt/packets.ts';
import { type WorkloadName, workloads } from '../workloads/index.ts';

/** One entry under a workload's key; `entry` is its place in the list. */
export type Job = { readonly workload: WorkloadName; readonly entry: number; readonly options: unknown };

const maxClients = 10_000_000;

const connect = z
  .strictObject({
    rate: z
      .union([rate(), z.literal('unlimited')], 'must be a rate such as 500/s, or unlimited')
      .describe('New connections of the group, such as 500/s. Default: as fast as concurrency allows.')
      .prefault('unlimited'),
    concurrency: count({ min: 1 }).describe('How many connections may be opening at once.').prefault(100),
    timeout: duration({ min: 1 }).describe('How long one attempt may take, until CONNACK.').prefault('10s'),
    within: duration({ min: 1 }).describe('How long connecting may take in all. Default: the ramp and 30s.').optional(),
    atLeast: share().describe('With a smaller share of the group the load does not start. Default 50%.').optional(),
  })
  .describe('How the clients of the group connect at the start.')
  .prefault({});

const reconnect = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        after: duration({ min: 1 })
          .describe('Before the first attempt; it doubles with each further one.')
          .prefault('1s'),
        upTo: duration({ min: 1 }).describe('The longest time between two attempts.').prefault('30s'),
        jitter: share().describe('How much of the time is random.').prefault('50%'),
        attempts: z
          .union([count({ min: 1 }), z.literal('unlimited')], 'must be a whole number of at least 1, or unlimited')
          .describe(
            'After so many that fail in a row it gives up; the first connect is one, the loss of a connection none.',
          )
          .prefault('unlimited'),
      }),
    ],
    'must be false or a map such as { after: 1s, upTo: 30s }',
  )
  .describe('What a client does that lost its connection; false: nothing.')
  .prefault({});

const expiry = duration({ max: 4_294_967_295_000 })
  .refine((ms) => ms % 1000 === 0, 'must be whole seconds [MQTT-3.1.2.11.2]')
  .describe('MQTT 5: how long the broker keeps the session after a connection; before MQTT 5 the broker decides.');
const leave = flag()
  .describe('True: at the end of the run its sessions stay on the broker; false: they are removed.')
  .prefault(false);

const session = z
  .union(
    [
      z.literal('clean'),
      z.strictObject({ expiry, leave }),
      z.strictObject({
        cleanStart: flag().describe('Clean Start (MQTT 5) or CleanSession of every connection, exactly as sent.'),
        sessionExpiry: expiry.optional(),
        leave,
      }),
    ],
    'must be clean, or a map with expiry, or one with cleanStart',
  )
  .describe(
    'clean: each connection begins anew. { expiry: 1h }: the session is kept, and resumed when a client comes back. ' +
      '{ cleanStart, sessionExpiry }: exactly what is sent.',
  )
  .prefault('clean');

const will = z
  .strictObject({
    topic: template('will').describe('The topic name; may hold {fields} that do not vary by message.'),
    payload: z
      .union([template('will'), z.literal('')], 'must be text')
      .describe('Text with {fields}.')
      .prefault(''),
    qos: qos().describe('The QoS of the will.').prefault(0),
    retain: flag().describe('Sets its RETAIN flag.').prefault(false),
    delay: duration({ max: 4_294_967_295_000 })
      .refine((ms) => ms % 1000 === 0, 'must be whole seconds [MQTT-3.1.3.2.2]')
      .describe('MQTT 5: how long the broker waits before it publishes the will.')
      .prefault(0),
  })
  .describe('What the broker publishes for a client whose connection breaks.')
  .optional();

const keepAlive = duration({ max: 65_535_000 })
  .refine((ms) => ms % 1000 === 0, 'must be whole seconds [MQTT-3.1.2.10]')
  .describe('Longest silence before a PINGREQ, in whole seconds up to 65535s; 0: off.')
  .prefault('60s');

const base = {
  clients: count({ min: 1, max: maxClients }).describe('How many clients.').prefault(1),
  clientId: z
    .union([template('clientId'), z.literal('')], 'must be text')
    .describe('May hold {fields}; {run} makes it unlike the ids of every other run. "": the broker assigns one.')
    .prefault('{group}-{run}-{index}'),
  allowDuplicateIds: flag()
    .describe(
      'True: its clients may have the id of another one that allows it too. Default: what the scenario says, false.',
    )
    .optional(),
  protocol: z
    .literal(['3.1', '3.1.1', '5', 3.1, 5], 'must be 3.1, 3.1.1 or 5')
    .transform((version) => String(version) as Protocol)
    .describe('The version of MQTT.')
    .prefault('3.1.1'),
  broker: text().describe('spread (by weight), or the name of a broker.').prefault('spread'),
  localAddress: oneOrMany(ipAddress(), 'must be an IP address, or a list of them')
    .refine((all) => all.length > 0, 'must have at least one address')
    .describe(
      'Addresses of this machine to connect from, in turn: each has source ports of its own. Default: the system chooses.',
    )
    .optional(),
  connect,
  keepAlive,
  session,
  will,
  inFlight: count({ min: 1, max: 65_535 })
    .describe('Unacknowledged QoS 1 and 2 messages of a client, at most.')
    .prefault(20),
  maxQueued: count()
    .describe('Publishes owed because the client could not send, at most; beyond that publishes_dropped.')
    .prefault(1000),
  reconnect,
};

const entries = Object.fromEntries(
  Object.entries(workloads).map(([key, workload]) => {
    const field = oneOrMany<unknown, unknown>(
      workload.options as z.ZodType<unknown>,
      'must be a map, or a list of maps',
    );
    return [key, field.describe(`What each client does: ${key}, one entry or a list.`).optional()];
  }),
) as unknown as Record<WorkloadName, z.ZodType<unknown[] | undefined>>;

/** N clients that share settings and workloads; times in ms, rates a second, shares 0 to 1. */
export const groupField = z.strictObject({ ...base, ...entries }).transform((group) => {
  const jobs: Job[] = [];
  for (const workload of Object.keys(workloads) as WorkloadName[]) {
    for (const [entry, options] of (group[workload] ?? []).entries()) jobs.push({ workload, entry, options });
  }
  const { publish: _, subscribe: __, will: testament, localAddress, ...settings } = group;
  const given = {
    ...(testament === undefined ? {} : { will: testament }),
    ...(localAddress === undefined ? {} : { localAddresses: localAddress }),
  };
  return { ...settings, ...given, jobs };
});

export type Group = z.output<typeof groupField>;
