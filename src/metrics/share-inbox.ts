/** Cost: one bit tested and set a message; an eighth of a byte a message, at most 64 MiB a thread. */

const mostWords = 2 ** 24;
const firstWords = 4;

/** What the members of shared subscriptions in one thread have received of each stream: bit k of word w is number 32 w + k. */
export class ShareInbox {
  readonly #places = new Map<number, number>();
  readonly #words: Uint32Array[] = [];
  readonly #mostWords: number;
  #total = 0;
  #full = false;

  constructor(most = mostWords) {
    this.#mostWords = most;
  }

  /** True where there was no room for all: then not every number that comes again is known. */
  get full(): boolean {
    return this.#full;
  }

  /** Where a share, by its number in the plan, keeps a stream. */
  open(share: number, stream: number): number {
    const key = share * 2 ** 24 + stream;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#words.length;
      this.#places.set(key, place);
      this.#words.push(new Uint32Array(0));
    }
    return place;
  }

  /** False where this number has come before, to whichever member. */
  arrived(place: number, sequence: number): boolean {
    const at = sequence >>> 5;
    const words = at < (this.#words[place] as Uint32Array).length ? this.#words[place] : this.#grow(place, at + 1);
    if (words === undefined) return true;
    const bit = 1 << (sequence & 31);
    if (((words[at] as number) & bit) !== 0) return false;
    words[at] = (words[at] as number) | bit;
    return true;
  }

  #grow(place: number, needed: number): Uint32Array | undefined {
    const old = this.#words[place] as Uint32Array;
    const length = Math.max(firstWords, needed, Math.ceil(old.length * 1.5));
    if (this.#total + length - old.length > this.#mostWords) {
      this.#full = true;
      return undefined;
    }
    const grown = new Uint32Array(length);
    grown.set(old);
    this.#total += length - old.length;
    this.#words[place] = grown;
    return grown;
  }

  /** share, stream, how many words follow, these words; in turns. */
  marks(): number[] {
    const told: number[] = [];
    for (const [key, place] of this.#places) {
      const share = Math.floor(key / 2 ** 24);
      const words = this.#words[place] as Uint32Array;
      told.push(share, key - share * 2 ** 24, words.length);
      for (const word of words) told.push(word);
    }
    return told;
  }
}
