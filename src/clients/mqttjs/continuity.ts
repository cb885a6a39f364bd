import type { Session } from '../client.ts';
import type { Limits } from '../limits.ts';
import type { Beginning } from './options.ts';
import { SessionStore } from './store.ts';

/** How the connections of one session follow each other over MQTT.js, which knows one connection at a time. */
export class Continuity {
  readonly #session: Session;
  #clientId: string;
  /** Has been connected before. */
  #again = false;
  #fresh = false;
  readonly #store: SessionStore | undefined;
  /** The session goes on: the server may answer both what was sent before the loss and what was sent again. */
  resumed = false;

  constructor(session: Session) {
    this.#session = session;
    this.#clientId = session.clientId;
    this.#store = session.resumes ? new SessionStore() : undefined;
  }

  /** What the next connection sends again if the session is there; undefined: nothing outlives a connection. */
  get store(): SessionStore | undefined {
    return this.#fresh ? undefined : this.#store;
  }

  begin(fresh: boolean): Omit<Beginning, 'dialled' | 'upgraded'> {
    const { cleanStart, resumes } = this.#session;
    this.#fresh = fresh;
    return { clientId: this.#clientId, clean: fresh || (cleanStart && !(this.#again && resumes)), fresh };
  }

  accepted(sessionPresent: boolean, limits: Limits): void {
    const { resumes, protocol, clientId } = this.#session;
    if (clientId === '' && limits.assignedClientId !== undefined) this.#clientId = limits.assignedClientId;
    // MQTT 3.1 cannot say whether the session is there; its servers must keep it.
    this.resumed = resumes && this.#again && !this.#fresh && (sessionPresent || protocol === '3.1');
    this.#again = true;
  }

  abandon(): void {
    this.#store?.clear();
  }
}
