/** Keys that the language will have; each with what can be done until then. */
const laterKeys: readonly (readonly [key: RegExp, advice: string])[] = [
  [/^brokers\.\d+\.tls$/, 'use mqtt:// without TLS'],
  [/^brokers\.\d+\.headers$/, 'use mqtt:// without WebSocket'],
  [/^groups\..*\.will$/, 'leave it out'],
  [/^groups\..*\.session\.(expiry|leave)$/, 'use session: clean'],
  [/^groups\..*\.(cleanStart|sessionExpiry)$/, 'use session: clean'],
  [/^groups\..*\.localAddress(es)?$/, 'leave it out'],
  [/^groups\..*\.(username|password)$/, 'give them with the broker'],
  [/^groups\..*\.payload\.file$/, 'use a size, { text: ... } or { json: ... }'],
  [/^events$/, 'leave it out'],
];

/** Advice where the path is of a later version; undefined where it is just wrong. */
export function later(path: readonly PropertyKey[]): string | undefined {
  const dotted = path.map(String).join('.');
  return laterKeys.find(([key]) => key.test(dotted))?.[1];
}
