/** Cost: a comparison and a field store for each message received or acknowledged; all else is cold. */
import { noTimeUs } from '../base/clock.ts';
import { type BreakLog, type SessionIs, sessionIs } from '../metrics/breaks.ts';

/** Whether one client is there: since when not, what it heard last, and what it hears first when it has come back. */
export class Presence {
  readonly #log: BreakLog;
  /** When its last connection was lost; 0: none ever was. */
  lostUs = noTimeUs;
  /** The last of each on the present connection; 0: none yet. */
  #deliveredUs = noTimeUs;
  #acknowledgedUs = noTimeUs;
  #connackUs = noTimeUs;
  #session: SessionIs = sessionIs.unasked;
  /** Lost, and not back with all its subscriptions. */
  #away = false;
  /** Has been away: the first messages since are of interest. */
  #watched = false;
  #givenUp = 0;

  constructor(log: BreakLog) {
    this.#log = log;
  }

  lost(atUs: number, cause: string): void {
    this.lostUs = atUs;
    this.#flush(atUs);
    // Where another client took its place the broker is as well as before.
    if (cause !== 'session_taken_over' && !this.#away) {
      this.#log.lost(atUs, Math.max(0, this.#deliveredUs, this.#acknowledgedUs));
      this.#away = true;
    }
    this.#watched = this.#away;
    this.#deliveredUs = noTimeUs;
    this.#acknowledgedUs = noTimeUs;
  }

  connected(atUs: number, session: SessionIs): void {
    this.#connackUs = atUs;
    this.#session = session;
    this.#flush(atUs);
  }

  /** Connected, and every SUBSCRIBE answered. */
  ready(atUs: number): void {
    if (!this.#away) return;
    this.#away = false;
    this.#log.back(atUs, this.#connackUs, this.#session);
  }

  /** It will not come back. */
  gone(atUs: number): void {
    this.#flush(atUs);
    if (!this.#away) return;
    this.#away = false;
    this.#log.gone(atUs);
  }

  /** A publish was given up with its connection or session; told with what that happens in. */
  abandoned(): void {
    this.#givenUp++;
  }

  #flush(atUs: number): void {
    if (this.#givenUp > 0) this.#log.givenUp(atUs, this.#givenUp);
    this.#givenUp = 0;
  }

  delivered(atUs: number): void {
    if (this.#deliveredUs === 0 && this.#watched) this.#log.delivered(atUs);
    this.#deliveredUs = atUs;
  }

  acknowledged(atUs: number): void {
    if (this.#acknowledgedUs === 0 && this.#watched) this.#log.acknowledged(atUs);
    this.#acknowledgedUs = atUs;
  }
}
