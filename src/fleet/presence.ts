/** Cost: a comparison and a field store for each message received or acknowledged; all else is cold. */
import { noTimeUs } from '../base/clock.ts';
import { type SessionIs, sessionIs } from '../metrics/breaks.ts';
import type { Cell } from '../metrics/recorder.ts';
import { endingsToTell } from '../metrics/takeovers.ts';

type Tenant = {
  readonly number: number;
  readonly who: { readonly clientId: string };
  /** Others of the run have the same id. */
  readonly sharesId?: boolean;
};

/** How a broker before MQTT 5 ends a connection whose id another client has taken. */
const sudden: ReadonlySet<string> = new Set(['connection_closed', 'connection_reset']);

/** Whether one client is there: since when not, what it heard last, and what it hears first when it has come back. */
export class Presence {
  readonly #cell: Cell;
  readonly #tenant: Tenant;
  /** When its last connection was lost; 0: none ever was. */
  lostUs = noTimeUs;
  /** The last of each on the present connection; 0: none yet. */
  acknowledgedUs = noTimeUs;
  #deliveredUs = noTimeUs;
  #openedUs = noTimeUs;
  #connackUs = noTimeUs;
  #session: SessionIs = sessionIs.unasked;
  /** Lost, and not back with all its subscriptions. */
  #away = false;
  /** Has been away: the first messages since are of interest. */
  #watched = false;
  #givenUp = 0;
  /** How often its connection ended without a word. */
  #endings = 0;

  constructor(cell: Cell, tenant: Tenant) {
    this.#cell = cell;
    this.#tenant = tenant;
  }

  lost(atUs: number, cause: string): void {
    this.lostUs = atUs;
    this.#flush(atUs);
    this.#tenure(atUs, sudden.has(cause));
    if (sudden.has(cause) && ++this.#endings >= endingsToTell && !this.#tenant.sharesId)
      this.#cell.endedAgain(this.#tenant.who.clientId);
    // Where another client took its place the broker is as well as before.
    if (cause !== 'session_taken_over' && !this.#tenant.sharesId && !this.#away) {
      this.#cell.breaks.lost(atUs, Math.max(0, this.#deliveredUs, this.acknowledgedUs));
      this.#away = true;
    }
    this.#watched = this.#away;
    this.#deliveredUs = noTimeUs;
    this.acknowledgedUs = noTimeUs;
  }

  connected(atUs: number, openedUs: number, session: SessionIs): void {
    this.#openedUs = openedUs;
    this.#connackUs = atUs;
    this.#session = session;
    this.#tenure(0, false);
    this.#flush(atUs);
  }

  #tenure(endedUs: number, isSudden: boolean): void {
    const { number: client, who, sharesId } = this.#tenant;
    if (!sharesId) return;
    const instants = { openedUs: this.#openedUs, connackUs: this.#connackUs, endedUs };
    this.#cell.tenure({ clientId: who.clientId, client, ...instants, sudden: isSudden });
  }

  /** Connected, and every SUBSCRIBE answered. */
  ready(atUs: number): void {
    if (!this.#away) return;
    this.#away = false;
    this.#cell.breaks.back(atUs, this.#connackUs, this.#session);
  }

  /** It will not come back. */
  gone(atUs: number): void {
    this.#flush(atUs);
    if (!this.#away) return;
    this.#away = false;
    this.#cell.breaks.gone(atUs);
  }

  /** A publish was given up with its connection or session; told with what that happens in. */
  abandoned(): void {
    this.#givenUp++;
  }

  #flush(atUs: number): void {
    if (this.#givenUp > 0) this.#cell.breaks.givenUp(atUs, this.#givenUp);
    this.#givenUp = 0;
  }

  delivered(atUs: number): void {
    if (this.#deliveredUs === 0 && this.#watched) this.#cell.breaks.delivered(atUs);
    this.#deliveredUs = atUs;
  }

  acknowledged(atUs: number): void {
    if (this.acknowledgedUs === 0 && this.#watched) this.#cell.breaks.acknowledged(atUs);
    this.acknowledgedUs = atUs;
  }
}
