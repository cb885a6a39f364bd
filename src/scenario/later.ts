/** Keys that the language will have; each with what can be done until then. */
const laterKeys: readonly (readonly [key: RegExp, advice: string])[] = [
  [/^groups\.[^.]+\.(cleanStart|sessionExpiry)$/, 'give it below session: { cleanStart: ..., sessionExpiry: ... }'],
  [/^groups\..*\.(username|password)$/, 'give them with the broker'],
  [/^groups\..*\.payload\.file$/, 'use a size, { text: ... } or { json: ... }'],
  [/^events$/, 'leave it out'],
];

/** Advice where the path is of a later version; undefined where it is just wrong. */
export function later(path: readonly PropertyKey[]): string | undefined {
  const dotted = path.map(String).join('.');
  return laterKeys.find(([key]) => key.test(dotted))?.[1];
}
