import { randomInt } from 'node:crypto';

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/** The final mix of MurmurHash3: every bit of the input changes about half of the output. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit number that depends on all of the given integers and on their order: randomness without state. */
export function hash32(...numbers: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const n of numbers) {
    h = mix((h ^ (n >>> 0)) >>> 0);
    // Numbers beyond 32 bits (sequences, times) count with their upper half too.
    const upper = Math.floor(n / 2 ** 32);
    if (upper !== 0) h = mix((h ^ (upper >>> 0) ^ 0x5bd1e995) >>> 0);
    h = (Math.imul(h, 5) + 0xe6546b64) >>> 0;
  }
  return mix(h);
}

/** 32 bits of a text (FNV-1a, mixed). */
export function hashText(text: string): number {
  let h = fnvOffset;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), fnvPrime);
  return mix(h >>> 0);
}

/** The same bytes for the same length and seed, on every machine. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 4) {
    const word = hash32(seed, i);
    for (let j = 0; j < 4 && i + j < length; j++) bytes[i + j] = (word >>> (8 * j)) & 0xff;
  }
  return bytes;
}

/** 7 base-36 characters: 4 of the seconds (they repeat after 19 days), 3 of real randomness. */
export function makeRunTag(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000) % 36 ** 4;
  return (
    seconds.toString(36).padStart(4, '0') +
    randomInt(36 ** 3)
      .toString(36)
      .padStart(3, '0')
  );
}

/** The 16 bits of the run that every stamp carries. */
export function stampTag(runTag: string): number {
  return hashText(runTag) & 0xffff;
}

/** For runs that are not asked to repeat another one. */
export function makeSeed(): number {
  return randomInt(2 ** 32);
}
