import { noTimeUs } from '../base/clock.ts';
import { reasonName } from '../clients/causes.ts';
import type { Filter } from '../clients/client.ts';
import { filterRefusal, type Limits } from '../clients/limits.ts';
import type { Cell } from '../metrics/recorder.ts';
import type { Absence } from '../metrics/snapshot.ts';

/** Beyond so many the last one lasts until the next. */
const mostAbsences = 64;

/** What one client subscribes to, and what of it was granted. */
export class Subscriptions {
  readonly filters: readonly Filter[];
  /** What SUBACK granted for each filter, what was asked before it came; 128 and above: refused. */
  granted: readonly number[] = [];
  /** How often it has subscribed anew. */
  epoch = 0;
  /** When it last heard anything while it was subscribed; of messages set by who counts receipts. */
  heardUs = noTimeUs;
  /** While it was not subscribed: from the last it heard to the SUBACK that came then, in turns. */
  readonly absentUs: number[] = [];
  readonly #jobs: readonly number[];
  readonly #cell: Cell;
  /** The filters of the last SUBSCRIBE, by their places. */
  #asked: readonly number[] = [];
  #answered = false;

  constructor(subscriptions: readonly (readonly [job: number, filter: Filter])[], cell: Cell) {
    this.filters = subscriptions.map(([, filter]) => filter);
    this.#jobs = subscriptions.map(([job]) => job);
    this.#cell = cell;
  }

  /** Nothing of the last SUBSCRIBE is unanswered. */
  get settled(): boolean {
    return this.#answered;
  }

  /** What to ask for. What the broker's limits rule out is not asked: it counts as refused, as the broker would refuse it. */
  ask(limits: Limits): readonly Filter[] {
    if (this.granted.length > 0) this.epoch++;
    const refusals = this.filters.map(({ topicFilter }) => filterRefusal(limits, topicFilter));
    for (const code of refusals) if (code !== undefined) this.#refused(code);
    this.granted = this.filters.map(({ qos }, i) => refusals[i] ?? qos);
    this.#asked = refusals.flatMap((code, i) => (code === undefined ? [i] : []));
    this.#answered = this.#asked.length === 0;
    return this.#asked.map((i) => this.filters[i] as Filter);
  }

  answered(reasonCodes: Uint8Array | readonly number[], nowUs: number): void {
    this.#answered = true;
    if (this.epoch > 0) this.#absent(nowUs);
    this.heard(nowUs);
    const granted = [...this.granted];
    for (const [i, code] of reasonCodes.entries()) {
      granted[this.#asked[i] as number] = code;
      if (code < 0x80) this.#cell.run.counts.subscribes++;
      else this.#refused(code);
    }
    this.granted = granted;
  }

  /** Something other than a message. */
  heard(atUs: number): void {
    this.heardUs = Math.max(this.heardUs, atUs);
  }

  /** It was not subscribed until now. */
  #absent(untilUs: number): void {
    const last = this.absentUs.length - 1;
    if (last < 2 * mostAbsences) this.absentUs.push(this.heardUs, untilUs);
    else this.absentUs[last] = untilUs;
  }

  /** Our own end of the connection comes: was it there until now? */
  end(subscribed: boolean): void {
    if (!subscribed) this.#absent(Number.MAX_SAFE_INTEGER);
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
