/** Cost: one call of the work a message; as many messages a turn as join into one write. */
import type { Drive, Placed } from './drive.ts';
import type { Stream } from './stream.ts';

/** Messages of one client in one turn, so that every client and every read gets its turn. */
const mostPerTurn = 128;

/** One publish entry as fast as its clients take it: an operation is due when it starts, so it is never late. */
export class ClosedLoop implements Drive {
  readonly #placed: readonly Placed[];
  readonly #limit: number;
  readonly #wake: () => void;
  /** Those that may publish now; the others wait for room. */
  #hungry: Placed[] = [];
  readonly #listed = new Set<Stream>();
  #endUs = 0;
  #open = false;
  #startUs = 0;
  lastDueUs = 0;

  /** `wake` asks for a tick now. */
  constructor(placed: readonly Placed[], limit: number | null, wake: () => void) {
    this.#placed = placed;
    this.#wake = wake;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
  }

  get nextUs(): number {
    return this.#open && this.#hungry.length > 0 ? this.#startUs : Number.POSITIVE_INFINITY;
  }

  start(startUs: number, endUs: number): void {
    this.#startUs = startUs;
    this.#endUs = endUs;
    this.#open = true;
    for (const placed of this.#placed) this.#list(placed);
  }

  stop(endUs: number): void {
    this.#endUs = Math.min(this.#endUs, endUs);
  }

  /** At once: what an acknowledgement makes room for is written with the read that brought it. */
  resume(placed: Placed, clock: () => number): void {
    if (!this.#open || this.#listed.has(placed.stream) || clock() < this.#startUs) return;
    if (!this.#turn(placed, clock)) return;
    this.#list(placed);
    this.#wake();
  }

  #list(placed: Placed): void {
    this.#listed.add(placed.stream);
    this.#hungry.push(placed);
  }

  run(clock: () => number): void {
    let kept = 0;
    for (const one of this.#hungry) {
      if (this.#turn(one, clock)) this.#hungry[kept++] = one;
      else this.#listed.delete(one.stream);
    }
    this.#hungry.length = kept;
  }

  /** True: it could go on. */
  #turn({ member, stream }: Placed, clock: () => number): boolean {
    if (!member.ready) return false;
    for (let done = 0; done < mostPerTurn; done++) {
      if (this.finished(stream)) break;
      const nowUs = clock();
      if (nowUs >= this.#endUs) {
        this.#open = false;
        break;
      }
      if (!stream.publish(member.client, nowUs, nowUs)) {
        member.client.flush();
        return false;
      }
      this.lastDueUs = nowUs;
      stream.cell.at(nowUs).counts.publishes_due++;
      stream.passed++;
      stream.settled++;
    }
    member.client.flush();
    return this.#open && !this.finished(stream);
  }

  /** It owes nothing. */
  forsake(): void {}

  finished(stream: Stream): boolean {
    return stream.settled >= this.#limit;
  }
}
