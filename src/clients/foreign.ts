import { cause } from './causes.ts';

/** How others than MQTT brokers begin to speak. */
const beginnings: readonly (readonly [bytes: Uint8Array, cause: string])[] = [
  // A TLS alert: content type 21 and the version of its record [RFC 8446, 5.1].
  [Uint8Array.of(0x15, 0x03), cause.tlsExpected],
  [Buffer.from('HTTP/'), cause.httpServer],
  [Buffer.from('SSH-'), cause.sshServer],
];

/** Who it is that answers a CONNECT, by the first `length` bytes of its answer; null: perhaps a broker. */
export function foreignCause(answer: Uint8Array, length: number): string | null {
  const found = beginnings.find(([bytes]) => bytes.length <= length && bytes.every((byte, i) => answer[i] === byte));
  return found === undefined ? null : found[1];
}
