import type { Session } from './client.ts';
import type { Limits } from './limits.ts';

/** How the connections of one session follow each other: the id and Clean Start of each, and whether the session goes on. */
export class Succession {
  readonly #session: Session;
  /** Ours, or the one that the server has assigned. */
  clientId: string;
  /** Has been connected before. */
  #again = false;
  /** Only to make the server forget the session. */
  fresh = false;

  constructor(session: Session) {
    this.#session = session;
    this.clientId = session.clientId;
  }

  /** Of the next connection. Under no id there is nothing to go on with: the server assigns a new one [MQTT-3.1.3-6]. */
  get cleanStart(): boolean {
    const { cleanStart, resumes } = this.#session;
    return this.fresh || this.clientId === '' || (cleanStart && !(this.#again && resumes));
  }

  /** True: the session of the connection before goes on. */
  accepted(sessionPresent: boolean, limits: Limits): boolean {
    const { resumes, protocol } = this.#session;
    if (this.clientId === '' && limits.assignedClientId !== undefined) this.clientId = limits.assignedClientId;
    // MQTT 3.1 cannot say whether the session is there; its servers must keep it.
    const resumed = resumes && this.#again && !this.fresh && (sessionPresent || protocol === '3.1');
    this.#again = true;
    return resumed;
  }
}
