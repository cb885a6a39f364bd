import type { Session } from '../client.ts';
import type { Limits } from '../limits.ts';
import { Succession } from '../succession.ts';
import type { Beginning } from './options.ts';
import { SessionStore } from './store.ts';

/** How the connections of one session follow each other over MQTT.js, which knows one connection at a time. */
export class Continuity {
  readonly #succession: Succession;
  readonly #store: SessionStore | undefined;
  /** The session goes on: the server may answer both what was sent before the loss and what was sent again. */
  resumed = false;

  constructor(session: Session) {
    this.#succession = new Succession(session);
    this.#store = session.resumes ? new SessionStore() : undefined;
  }

  /** What the next connection sends again if the session is there; undefined: nothing outlives a connection. */
  get store(): SessionStore | undefined {
    return this.#succession.fresh ? undefined : this.#store;
  }

  begin(fresh: boolean): Omit<Beginning, 'dialled' | 'upgraded'> {
    this.#succession.fresh = fresh;
    const { clientId, cleanStart } = this.#succession;
    return { clientId, clean: cleanStart, fresh };
  }

  accepted(sessionPresent: boolean, limits: Limits): void {
    this.resumed = this.#succession.accepted(sessionPresent, limits);
  }

  abandon(): void {
    this.#store?.clear();
  }
}
