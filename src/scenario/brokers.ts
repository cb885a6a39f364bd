import { isIP } from 'node:net';
import { z } from 'zod';
import { count, flag, mqttText, oneOrMany } from '../base/fields.ts';
import { observers } from '../observers/index.ts';
import type { TlsOptions } from '../transports/transport.ts';
import { type BrokerAddress, parseBrokerUrl } from './broker-url.ts';

export type Broker = {
  readonly name: string;
  /** Without user name and password. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly weight: number;
  readonly tls?: TlsOptions;
  readonly headers?: Readonly<Record<string, string>>;
  readonly observe?: readonly Observe[];
};

/** One entry below `observe`: a member of the table of observers, and what it was given. */
export type Observe = { readonly observer: string; readonly options: unknown };

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

const file = (what: string) => z.string('must be the path of a file').min(1).describe(what).optional();

const tls = z
  .strictObject({
    ca: file('A PEM file of the authorities to trust. Default: those that Node knows.'),
    cert: file('A PEM file with the certificate of the clients, where the broker asks for one; with key.'),
    key: file('The PEM file of its private key.'),
    servername: mqttText()
      .superRefine((written, context) => {
        if (isIP(written.replace(/^\[|\]$/g, '')) === 0) return;
        const hint = 'leave it out: the certificate must then have the address of the url';
        context.addIssue({ code: 'custom', message: 'must be a host name [RFC 6066, 3]', params: { hint } });
      })
      .describe('The name that the certificate of the broker must have. Default: the host of the url.')
      .optional(),
    verify: flag().describe('False: any certificate is good enough.').prefault(true),
  })
  .describe('Of mqtts:// and wss://. Paths count from the folder of the scenario.')
  .optional();

const headers = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of an HTTP header'),
    z.string('must be text').regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be the value of an HTTP header'),
  )
  .describe(
    'Of the WebSocket handshake of ws:// and wss://, such as Authorization; values are masked wherever they are shown.',
  )
  .optional();

const observeRule = 'must be $SYS, { pid: ... } or { port: ... }, or a list of them';
const forms = Object.entries(observers).map(([observer, { options }]) =>
  (options as z.ZodType).transform((given): Observe => ({ observer, options: given })),
);

const observe = oneOrMany(z.union(forms, observeRule), observeRule)
  .refine(
    (all) => new Set(all.map(({ observer }) => observer)).size === all.length,
    'must have each once: $SYS, and one process',
  )
  .describe(
    'What is laid beside our counts. $SYS: what the broker publishes of itself; { pid } or { port }: CPU time and memory of ' +
      'its process on this machine.',
  )
  .optional();

const full = z
  .strictObject({
    name: z
      .string(nameRule)
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/, nameRule)
      .refine((text) => !reserved.includes(text), `must not be one of the reserved names ${reserved.join(', ')}`)
      .describe('How groups, topics and reports call it. Default: host:port.')
      .optional(),
    url: url.describe(
      'mqtt://, mqtts://, ws:// or wss://[user:password@]host[:port], for WebSocket with a path (default /mqtt). ' +
        'Default ports 1883, 8883, 80, 443.',
    ),
    username: mqttText().describe('May come from an environment variable.').optional(),
    password: mqttText().describe('May come from an environment variable; masked wherever it is shown.').optional(),
    tls,
    headers,
    observe,
    weight: count().describe('Its part of the clients of every group that is spread.').prefault(1),
  })
  .transform(({ name, url: address, username, password, weight, tls: secure, headers: sent, ...rest }, context) => {
    const whole = { ...address, ...defined({ username, password }) };
    if (lacksUsername(whole)) refusePassword(context, password === undefined ? 'url' : 'password');
    if (secure !== undefined) refuseTls(context, address, secure);
    if (sent !== undefined && !address.url.startsWith('ws'))
      context.addIssue({
        code: 'custom',
        message: 'must not be given: only ws:// and wss:// have headers',
        path: ['headers'],
        params: { atKey: true },
      });
    const tlsOptions = secure === undefined ? undefined : ({ ...defined(secure), verify: secure.verify } as TlsOptions);
    return { ...toBroker(whole, weight, name), ...defined({ tls: tlsOptions, headers: sent, ...rest }) };
  });

function refuseTls(
  context: z.RefinementCtx,
  { url: address }: BrokerAddress,
  { cert, key }: NonNullable<z.output<typeof tls>>,
) {
  const custom = (path: string[], message: string, hint: string) =>
    context.addIssue({ code: 'custom', message, path, params: { hint, atKey: true } });
  const plain = /^(mqtt|ws):/.exec(address)?.[1];
  if (plain !== undefined) custom(['tls'], `must not be given with ${plain}://`, `did you mean ${plain}s://?`);
  if (cert !== undefined && key === undefined) custom(['tls'], 'must have the key of its cert', 'add key: client.key');
  if (cert === undefined && key !== undefined) custom(['tls'], 'must have the cert of its key', 'add cert: client.pem');
}

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
