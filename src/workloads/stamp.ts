/** Cost: sixteen byte stores a message sent, sixteen loads a message received. */
import type { Protocol } from '../mqtt/packets.ts';

/** The size of a stamp in bytes, and as hexadecimal text in characters. */
export const stampBytes = 16;
export const stampDigits = 32;

/** Magic number 0xB and version 1 in one byte. */
const magic = 0xb1;
const two32 = 2 ** 32;
const futureUs = 60e6;

/**
 * What a stamp says. Big-endian: magic u8, run tag u16, lag u16, stream u24, sequence u32, due u32 (us modulo 2^32).
 * `lagUs` is the time from due to the first write, as a small float: exact below 2,048 us, then to 0.05 %.
 */
export interface Stamp {
  stream: number;
  sequence: number;
  dueUs: number;
  lagUs: number;
}

/** Where a message carries its stamp: in the payload, in an MQTT 5 user property, or nowhere. */
export type StampPlace = 'payload' | 'property' | 'none';

/** Brokers leave user properties out for receivers before MQTT 5. */
export function stampReaches(place: StampPlace, receiver: Protocol): boolean {
  return place === 'payload' || (place === 'property' && receiver === '5');
}

/** A 16-bit float: 5 bits of exponent, 11 of mantissa. */
export function encodeLag(us: number): number {
  if (us < 2048) return us > 0 ? Math.floor(us) : 0;
  const shift = Math.floor(Math.log2(us)) - 11;
  const mantissa = Math.min(4095, Math.round(us / 2 ** shift));
  return shift >= 31 ? 0xffff : ((shift + 1) << 11) | (mantissa - 2048);
}

export function decodeLag(code: number): number {
  const exponent = code >>> 11;
  return exponent === 0 ? code : (2048 + (code & 2047)) * 2 ** (exponent - 1);
}

export function writeStamp(
  bytes: Uint8Array,
  at: number,
  tag: number,
  lagUs: number,
  stream: number,
  sequence: number,
  dueUs: number,
): void {
  const lag = encodeLag(lagUs);
  const due = dueUs % two32;
  bytes[at] = magic;
  bytes[at + 1] = tag >>> 8;
  bytes[at + 2] = tag;
  bytes[at + 3] = lag >>> 8;
  bytes[at + 4] = lag;
  bytes[at + 5] = stream >>> 16;
  bytes[at + 6] = stream >>> 8;
  bytes[at + 7] = stream;
  bytes[at + 8] = sequence >>> 24;
  bytes[at + 9] = sequence >>> 16;
  bytes[at + 10] = sequence >>> 8;
  bytes[at + 11] = sequence;
  bytes[at + 12] = due >>> 24;
  bytes[at + 13] = due >>> 16;
  bytes[at + 14] = due >>> 8;
  bytes[at + 15] = due;
}

/** False: these 16 bytes are no stamp of this run. `due` is unwrapped as the latest instant not later than now + 60 s. */
export function readStamp(bytes: Uint8Array, at: number, tag: number, nowUs: number, into: Stamp): boolean {
  if (bytes[at] !== magic || bytes[at + 1] !== tag >>> 8 || bytes[at + 2] !== (tag & 0xff)) return false;
  into.lagUs = decodeLag(((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number));
  into.stream = ((bytes[at + 5] as number) << 16) | ((bytes[at + 6] as number) << 8) | (bytes[at + 7] as number);
  into.sequence = u32(bytes, at + 8);
  const due = u32(bytes, at + 12);
  const latest = nowUs + futureUs;
  const wrapped = latest % two32;
  into.dueUs = latest - wrapped + due - (due > wrapped ? two32 : 0);
  return true;
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

const scratch = Buffer.alloc(stampBytes);

/** As 32 hexadecimal digits, for payloads and properties that are text. */
export function stampText(tag: number, lagUs: number, stream: number, sequence: number, dueUs: number): string {
  writeStamp(scratch, 0, tag, lagUs, stream, sequence, dueUs);
  return scratch.toString('hex');
}

/** Looks for a stamp: 16 bytes where the payload starts, else its digits anywhere in properties and payload. */
export function findStamp(
  bytes: Buffer,
  propertiesStart: number,
  payloadStart: number,
  payloadEnd: number,
  tag: number,
  nowUs: number,
  into: Stamp,
): boolean {
  if (payloadEnd - payloadStart >= stampBytes && readStamp(bytes, payloadStart, tag, nowUs, into)) return true;
  if (payloadEnd - propertiesStart < stampDigits) return false;
  const digits = digitsOf(tag);
  const text = bytes.subarray(propertiesStart, payloadEnd);
  for (let at = text.indexOf(digits, 0, 'latin1'); at >= 0; at = text.indexOf(digits, at + 1, 'latin1')) {
    const whole = scratch.write(text.toString('latin1', at, at + stampDigits), 'hex') === stampBytes;
    if (whole && readStamp(scratch, 0, tag, nowUs, into)) return true;
  }
  return false;
}

let lastTag = -1;
let lastDigits = '';

/** The digits that every stamp of the run begins with. */
function digitsOf(tag: number): string {
  if (tag !== lastTag) {
    lastTag = tag;
    lastDigits = ((magic << 16) | tag).toString(16).padStart(6, '0');
  }
  return lastDigits;
}
