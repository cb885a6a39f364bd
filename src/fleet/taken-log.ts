/** Cost: one store a tick; a search of 13 steps where an owed publish is paid. */

const size = 8192;

/**
 * When the ticks of a thread began: what was due before a tick and after the one before was taken by it. So the moment in
 * which an owed publish was taken need not be kept with each. Forgets after 8,192 ticks, more than 8 s.
 */
export class TakenLog {
  readonly #ticks = new Float64Array(size);
  #count = 0;

  tick(nowUs: number): void {
    this.#ticks[this.#count % size] = nowUs;
    this.#count++;
  }

  /** The first tick at or after `dueUs`; `dueUs` itself where that is forgotten. */
  takenUs(dueUs: number): number {
    let low = Math.max(0, this.#count - size);
    if (low > 0 && this.#at(low) > dueUs) return dueUs;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle) < dueUs) low = middle + 1;
      else high = middle;
    }
    return low < this.#count ? this.#at(low) : dueUs;
  }

  #at(tick: number): number {
    return this.#ticks[tick % size] as number;
  }
}
