import type { Limits } from '../clients/limits.ts';
import { type SessionIs, sessionIs } from '../metrics/breaks.ts';
import type { Cell } from '../metrics/recorder.ts';
import type { GroupPlan } from '../plan/plan.ts';

/** The session that a broker keeps for one client beyond its connections: whether it is there, and that it goes. */
export class KeptSession {
  /** What becomes of it at the end of the run, where the broker keeps it; false: it does not. */
  readonly #atEnd: GroupPlan['kept'];
  /** Its CONNACKs say whether it is there, which those of MQTT 3.1 cannot. */
  readonly #told: boolean;
  readonly #cell: Cell;
  /** The last word of a connection says that the session shall go, which only MQTT 5 can. */
  readonly #goesByWord: boolean;
  #there = false;

  constructor({ kept, session }: GroupPlan, cell: Cell) {
    this.#atEnd = kept;
    this.#told = session.resumes && session.protocol !== '3.1';
    this.#cell = cell;
    this.#goesByWord = session.protocol === '5';
  }

  /** It is there, and must not stay. */
  get removable(): boolean {
    return this.#there && this.#atEnd === 'remove';
  }

  /** A connection that may leave a session behind; not where the server grants it no time [MQTT-3.2.2.3.2]. */
  begun({ sessionExpiryS }: Limits): void {
    if (this.#atEnd === false || this.#there || sessionExpiryS === 0) return;
    this.#there = true;
    this.#cell.gauges.sessions_kept++;
  }

  /** What CONNACK says of it when the client comes back (`again`). */
  found(again: boolean, sessionPresent: boolean): SessionIs {
    if (!again || !this.#told) return sessionIs.unasked;
    const { counts } = this.#cell.run;
    if (sessionPresent) counts.sessions_resumed++;
    else counts.sessions_gone++;
    return sessionPresent ? sessionIs.present : sessionIs.gone;
  }

  /** A connection ended as we asked. */
  ended(): void {
    if (this.#goesByWord && this.removable) this.removed();
  }

  removed(): void {
    if (!this.#there) return;
    this.#there = false;
    this.#cell.gauges.sessions_kept--;
    this.#cell.run.counts.sessions_removed++;
  }
}
