import { reasonName } from '../clients/causes.ts';
import type { Filter } from '../clients/client.ts';
import { filterRefusal, type Limits } from '../clients/limits.ts';
import type { Cell } from '../metrics/recorder.ts';
import type { Absence } from '../metrics/snapshot.ts';

/** What one client subscribes to, and what of it was granted. */
export class Subscriptions {
  readonly filters: readonly Filter[];
  /** What SUBACK granted for each filter; 128 and above: refused. */
  granted: readonly number[] = [];
  readonly #jobs: readonly number[];
  readonly #cell: Cell;
  /** The filters of the last SUBSCRIBE, by their places. */
  #asked: readonly number[] = [];

  constructor(subscriptions: readonly (readonly [job: number, filter: Filter])[], cell: Cell) {
    this.filters = subscriptions.map(([, filter]) => filter);
    this.#jobs = subscriptions.map(([job]) => job);
    this.#cell = cell;
  }

  /** Every filter has been answered once. */
  get settled(): boolean {
    return this.granted.length === this.filters.length;
  }

  /** What to ask for. What the broker's limits rule out is not asked: it counts as refused, as the broker would refuse it. */
  ask(limits: Limits): readonly Filter[] {
    const refusals = this.filters.map(({ topicFilter }) => filterRefusal(limits, topicFilter));
    for (const code of refusals) if (code !== undefined) this.#refused(code);
    this.granted = refusals.map((code) => code ?? 0);
    this.#asked = refusals.flatMap((code, i) => (code === undefined ? [i] : []));
    return this.#asked.map((i) => this.filters[i] as Filter);
  }

  answered(reasonCodes: Uint8Array | readonly number[]): void {
    const granted = [...this.granted];
    for (const [i, code] of reasonCodes.entries()) {
      granted[this.#asked[i] as number] = code;
      if (code < 0x80) this.#cell.run.counts.subscribes++;
      else this.#refused(code);
    }
    this.granted = granted;
  }

  #refused(code: number): void {
    this.#cell.run.cause('subscribe_errors', reasonName(code));
  }

  /** What the run must not expect of this client, because SUBACK did not grant it. */
  absences({ group, index }: { readonly group: string; readonly index: number }): Absence[] {
    return this.filters.flatMap(({ qos }, i) => {
      const granted = this.granted[i] ?? qos;
      if (granted === qos) return [];
      return [{ group, index, job: this.#jobs[i] as number, granted: granted > 2 ? 128 : (granted as 0 | 1 | 2) }];
    });
  }
}
