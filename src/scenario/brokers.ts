import { z } from 'zod';
import { count, flag, mqttText } from '../base/fields.ts';
import { type BrokerAddress, parseBrokerUrl } from './broker-url.ts';

export type Broker = {
  readonly name: string;
  /** Without user name and password. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly weight: number;
};

const nameRule = 'must be a name: letters, digits, and after the first of them also _ . - :';
const reserved = ['spread', 'all', 'total', 'outside'];

const url = z
  .string('must be a url such as mqtt://127.0.0.1:1883')
  .meta({ title: 'url' })
  .transform((written, context) => {
    const address = parseBrokerUrl(written);
    if (!('rule' in address)) return address;
    const params = address.hint === undefined ? {} : { hint: address.hint };
    context.issues.push({ code: 'custom', message: address.rule, input: written, params });
    return z.NEVER;
  });

const full = z
  .strictObject({
    name: z
      .string(nameRule)
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/, nameRule)
      .refine((text) => !reserved.includes(text), `must not be one of the reserved names ${reserved.join(', ')}`)
      .describe('How groups, topics and reports call it. Default: host:port.')
      .optional(),
    url: url.describe('mqtt://[user:password@]host[:port]; tcp:// means the same. Default port 1883.'),
    username: mqttText().describe('May come from an environment variable.').optional(),
    password: mqttText().describe('May come from an environment variable; masked wherever it is shown.').optional(),
    weight: count().describe('Its part of the clients of every group that is spread.').prefault(1),
  })
  .transform(({ name, url: address, username, password, weight }, context) => {
    const whole = { ...address, ...defined({ username, password }) };
    if (lacksUsername(whole)) refusePassword(context, password === undefined ? 'url' : 'password');
    return toBroker(whole, weight, name);
  });

/** Of MQTT 3.1 and 3.1.1; MQTT 5 would allow it, but neither client sends it. */
function lacksUsername({ username, password }: BrokerAddress): boolean {
  return password !== undefined && username === undefined;
}

function refusePassword(context: z.RefinementCtx, key?: 'url' | 'password'): void {
  const which = key === 'password' ? 'beside it' : 'before its password';
  context.addIssue({
    code: 'custom',
    message: `must have a user name ${which} [MQTT-3.1.2-22]`,
    path: key === undefined ? [] : [key],
    params: { hint: 'an empty one is written as username: ""' },
  });
}

function toBroker(address: BrokerAddress, weight: number, name = `${address.host}:${address.port}`): Broker {
  const { url, username, password } = address;
  return { name, url, ...defined({ username, password }), weight };
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** A url, or a map with more about it. */
export const brokerField: z.ZodType<Broker> = z.union(
  [
    url.transform((address, context) => {
      if (lacksUsername(address)) refusePassword(context);
      return toBroker(address, 1);
    }),
    full,
  ],
  'must be a url or a map with a url',
);

/** Several brokers share messages among them. */
export const clusterField = flag()
  .describe('True: the brokers share messages. Otherwise deliveries are expected within each broker only.')
  .prefault(false);
