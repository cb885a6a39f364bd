/** Beside its filters a SUBSCRIBE of MQTT 5 has a packet id and empty properties, after a header of 2 to 5 bytes [MQTT-3.8]. */
const idAndProperties = 3;
export const mostBesideFilters = 5 + idAndProperties;

/** A filter in a SUBSCRIBE: its length, itself, its options. */
export function filterBytes(topicFilter: string): number {
  return 2 + Buffer.byteLength(topicFilter) + 1;
}

/** The smallest SUBSCRIBE of MQTT 5 with a filter. */
export function subscribeBytes(topicFilter: string): number {
  const remaining = idAndProperties + filterBytes(topicFilter);
  // A filter has at most 65,535 bytes.
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : 3;
  return 1 + lengthBytes + remaining;
}
