import { examplesKept } from '../metrics/snapshot.ts';
import type { Bounds } from './book.ts';

/** What the members of a share, in all threads, have received of a stream. */
export interface Came {
  /** How often a number came to members in more than one thread: once less than there are. */
  readonly repeated: number;
  /** The first few of these numbers. */
  readonly examples: readonly number[];
  /** What came to none of them, first and last in turns. */
  readonly missing: Bounds;
  /** The number after the highest that came. */
  readonly next: number;
}

/** The marks of all threads, opened where they are asked. */
export class Marks {
  readonly #list: readonly number[];
  /** Where the words of a share and a stream begin, thread by thread. */
  readonly #places = new Map<number, number[]>();

  constructor(list: readonly number[]) {
    this.#list = list;
    for (let at = 0; at < list.length; at += 3 + (list[at + 2] as number)) {
      const key = (list[at] as number) * 2 ** 24 + (list[at + 1] as number);
      const places = this.#places.get(key);
      if (places === undefined) this.#places.set(key, [at + 2]);
      else places.push(at + 2);
    }
  }

  /** Of the numbers from <= number < to. */
  of(share: number, stream: number, from: number, to: number): Came {
    const places = this.#places.get(share * 2 ** 24 + stream) ?? [];
    const [missing, examples]: [number[], number[]] = [[], []];
    let [repeated, next] = [0, from];
    for (let word = from >>> 5; word * 32 < to; word++) {
      const asked = bitsOf(from - word * 32, to - word * 32);
      let [any, again, count] = [0, 0, 0];
      for (const place of places) {
        const own = this.#word(place, word) & asked;
        again |= any & own;
        any |= own;
        count += ones(own);
      }
      repeated += count - ones(any);
      for (let rest = again; rest !== 0 && examples.length < examplesKept; rest &= rest - 1)
        examples.push(word * 32 + 31 - Math.clz32(rest & -rest));
      if (any !== 0) next = word * 32 + 32 - Math.clz32(any);
      if (any !== asked) addMissing(missing, word * 32, asked & ~any);
    }
    return { repeated, examples, missing, next };
  }

  #word(place: number, word: number): number {
    return word < (this.#list[place] as number) ? (this.#list[place + 1 + word] as number) | 0 : 0;
  }
}

/** Bits from <= bit < to of 32. */
function bitsOf(from: number, to: number): number {
  const above = to >= 32 ? -1 : (1 << Math.max(0, to)) - 1;
  return from <= 0 ? above : above & ~((1 << from) - 1);
}

function addMissing(bounds: number[], first: number, bits: number): void {
  for (let bit = 0; bit < 32; bit++) {
    if (((bits >>> bit) & 1) === 0) continue;
    const number = first + bit;
    if (bounds.at(-1) === number - 1) bounds[bounds.length - 1] = number;
    else bounds.push(number, number);
  }
}

/** How many bits are set, of 32. */
function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
