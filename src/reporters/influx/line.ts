/**
 * One point of InfluxDB's line protocol, at `atMs`; nothing where it has no field, as a point must have one. Every number is
 * written as a float: a field whose type changes from one point to the next is refused.
 */
export function point(
  measurement: string,
  tags: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, number | string>>,
  atMs: number,
): string {
  const told = Object.entries(fields).map(
    ([name, value]) => `${key(name)}=${typeof value === 'string' ? quoted(value) : value}`,
  );
  if (told.length === 0) return '';
  // An empty tag is not allowed, and sorted tags are what a server takes fastest.
  const named = Object.entries(tags)
    .filter(([, value]) => value !== '')
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `,${key(name)}=${key(value)}`);
  // Nanoseconds are more than a double holds.
  return `${key(measurement)}${named.join('')} ${told.join(',')} ${BigInt(Math.round(atMs)) * 1_000_000n}\n`;
}

/** A tag cannot hold a line break, and a backslash before what ends a tag cannot be written. */
function key(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/\\+(?=[,= ]|$)/g, '/')
    .replaceAll(/[,= ]/g, (character) => `\\${character}`);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}
