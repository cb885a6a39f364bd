/** Cost: a few bit operations a message, where filters overlap only; for each pair 8 bytes, 16 for three and four filters. */

/** How many numbers of a stream are remembered. */
export const copiesRemembered = 64;

/** How many further copies have come of each of the latest numbers of a stream at a receiver, in as few bits as the most need. */
export class Copies {
  /** From a place on, two words for each digit of the counts: bit k of the two is the digit of the number that is k modulo 64. */
  #words = new Uint32Array(64);
  /** Place 0 is nobody's. */
  #used = 1;

  /** `most`: so many copies of one number are allowed; the same at every call for this place. */
  open(most: number): number {
    const place = this.#used;
    this.#used += 2 * digits(most);
    if (this.#used > this.#words.length) {
      const words = new Uint32Array(Math.ceil(this.#used * 1.5));
      words.set(this.#words);
      this.#words = words;
    }
    return place;
  }

  /** Counts one more copy; false: the most have come. */
  add(place: number, sequence: number, most: number): boolean {
    const first = place + ((sequence >>> 5) & 1);
    const shift = sequence & 31;
    const end = digits(most);
    let count = 0;
    for (let k = 0; k < end; k++) count |= (((this.#words[first + 2 * k] as number) >>> shift) & 1) << k;
    if (count >= most) return false;
    // What adding one turns over.
    const turned = count ^ (count + 1);
    for (let k = 0; k < end; k++) {
      const at = first + 2 * k;
      this.#words[at] = (this.#words[at] as number) ^ (((turned >>> k) & 1) << shift);
    }
    return true;
  }

  /** `count` numbers up to this one are new. */
  begin(place: number, sequence: number, count: number, most: number): void {
    const end = place + 2 * digits(most);
    for (let back = 0; back < count && back < copiesRemembered; back++) {
      const number = sequence - back;
      for (let at = place + ((number >>> 5) & 1); at < end; at += 2)
        this.#words[at] = (this.#words[at] as number) & ~(1 << (number & 31));
    }
  }
}

function digits(most: number): number {
  return 32 - Math.clz32(most);
}
