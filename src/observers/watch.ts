import { observerOf } from './lookup.ts';
import type { Observation, Observer, WatchContext, Watched } from './observer.ts';

type ToWatch = Watched & { readonly observe?: readonly { readonly observer: string; readonly options: unknown }[] };

/** All observers of a run, in the main process: one for each entry below `observe`. */
export class Watch {
  readonly #observers: readonly Observer[];
  /** The brokers whose observers make the run wait. */
  readonly #slow: string;
  readonly #tell: (what: string) => void;

  /** `tell`: what the run waits for. */
  constructor(brokers: readonly ToWatch[], context: WatchContext, tell: (what: string) => void) {
    const entries = brokers.flatMap((broker, i) =>
      (broker.observe ?? []).map((entry) => ({ broker, i, kind: observerOf(entry), options: entry.options })),
    );
    this.#slow = entries.flatMap(({ broker, kind }) => (kind.waits ? broker.name : [])).join(', ');
    this.#tell = tell;
    const others = entries.filter(({ kind }) => kind.waits).length > 1;
    this.#observers = entries.map(({ broker, i, kind, options }) =>
      kind.open(broker, options, { ...context, others, tag: `${context.tag}-${i}` }),
    );
  }

  /** The run, from before its first connection until it is over and what is observed has come to rest. */
  async during<T>(
    signal: AbortSignal,
    run: () => Promise<T>,
  ): Promise<{ readonly done: T; readonly observations: readonly Observation[] }> {
    if (this.#slow !== '') this.#tell(`waiting for the first reading of ${this.#slow}`);
    await Promise.all(this.#observers.map((observer) => observer.begin(signal)));
    try {
      const done = await run();
      if (this.#slow !== '') this.#tell(`waiting until the counts come to rest of ${this.#slow}`);
      return { done, observations: await this.#end(signal) };
    } catch (error) {
      await this.#end(AbortSignal.abort());
      throw error;
    }
  }

  #end(signal: AbortSignal): Promise<readonly Observation[]> {
    return Promise.all(this.#observers.map((observer) => observer.end(signal)));
  }
}
