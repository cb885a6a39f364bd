/** Cost: a few comparisons, by the logarithm of how many wait; in a reconnect storm that is all clients. */

/** Who waits until when: a binary heap, the next one on top; of those with one time the first to come. */
export class Turns<Waiting> {
  readonly #waiting: Waiting[] = [];
  readonly #atUs: number[] = [];
  readonly #order: number[] = [];
  #added = 0;

  /** Infinity: nobody waits. */
  get nextUs(): number {
    return this.#atUs[0] ?? Number.POSITIVE_INFINITY;
  }

  add(waiting: Waiting, atUs: number): void {
    let at = this.#atUs.length;
    this.#atUs.push(atUs);
    this.#waiting.push(waiting);
    this.#order.push(this.#added++);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  /** The next one, whose turn it is; undefined: not yet. */
  take(nowUs: number): Waiting | undefined {
    if (this.nextUs > nowUs) return undefined;
    const last = this.#atUs.length - 1;
    this.#swap(0, last);
    this.#atUs.pop();
    this.#order.pop();
    const taken = this.#waiting.pop();
    this.#sink();
    return taken;
  }

  clear(): void {
    this.#atUs.length = 0;
    this.#order.length = 0;
    this.#waiting.length = 0;
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      let least = at;
      const left = 2 * at + 1;
      if (left < this.#atUs.length && this.#before(left, least)) least = left;
      if (left + 1 < this.#atUs.length && this.#before(left + 1, least)) least = left + 1;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const earlier = (this.#atUs[a] as number) - (this.#atUs[b] as number);
    return earlier < 0 || (earlier === 0 && (this.#order[a] as number) < (this.#order[b] as number));
  }

  #swap(a: number, b: number): void {
    const order = this.#order[a] as number;
    this.#order[a] = this.#order[b] as number;
    this.#order[b] = order;
    const waiting = this.#waiting[a] as Waiting;
    const atUs = this.#atUs[a] as number;
    this.#waiting[a] = this.#waiting[b] as Waiting;
    this.#atUs[a] = this.#atUs[b] as number;
    this.#waiting[b] = waiting;
    this.#atUs[b] = atUs;
  }
}
