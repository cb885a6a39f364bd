import type { Cell } from '../metrics/recorder.ts';

/** What becomes of sessions at the end of the run, where the broker keeps them; false: it does not. */
type AtEnd = 'remove' | 'leave' | false;

/** The session that a broker keeps for one client beyond its connections: whether it is there, and that it goes. */
export class KeptSession {
  readonly #atEnd: AtEnd;
  readonly #cell: Cell;
  #there = false;

  constructor(atEnd: AtEnd, cell: Cell) {
    this.#atEnd = atEnd;
    this.#cell = cell;
  }

  /** It is there, and must not stay. */
  get removable(): boolean {
    return this.#there && this.#atEnd === 'remove';
  }

  /** A connection that may leave a session behind. */
  begun(): void {
    if (this.#atEnd === false || this.#there) return;
    this.#there = true;
    this.#cell.gauges.sessions_kept++;
  }

  removed(): void {
    if (!this.#there) return;
    this.#there = false;
    this.#cell.gauges.sessions_kept--;
    this.#cell.run.counts.sessions_removed++;
  }
}
