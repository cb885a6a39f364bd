/** Beyond so many the last one grows over what lies between. */
const most = 2048;

/** Sequence numbers as ranges: mostly few, in order, and often none at all. */
export class Ranges {
  /** First and last of each, in turns; null: none. */
  #bounds: number[] | null = null;

  get bounds(): readonly number[] {
    return this.#bounds ?? [];
  }

  add(sequence: number): void {
    this.#bounds ??= [];
    const last = this.#bounds.length - 1;
    const full = last + 1 >= 2 * most;
    if (last > 0 && (full || this.#bounds[last] === sequence - 1)) {
      this.#bounds[last] = Math.max(this.#bounds[last] as number, sequence);
    } else this.#bounds.push(sequence, sequence);
  }
}
