import { noTimeUs, nowUs } from '../../base/clock.ts';
import { Asking } from '../asking.ts';
import type { ClientListener, Filter } from '../client.ts';
import type { Link } from './link.ts';

/** The SUBSCRIBE of a connection of MQTT.js that waits for its SUBACK; one at a time. */
export class Subscribing {
  #asking: Asking | null = null;
  #link: Pick<Link, 'subscribe'> | null = null;
  #id = 0;
  #filters: readonly Filter[] = [];
  /** As the packet has them: MQTT.js takes filters as the keys of an object, whose order may differ. */
  #topicFilters: readonly string[] = [];
  #writtenUs = noTimeUs;

  get packetIds(): readonly number[] {
    return this.#asking === null ? [] : [this.#id];
  }

  ask(link: Pick<Link, 'subscribe'>, filters: readonly Filter[], mostBytes: number): void {
    this.#link = link;
    this.#asking = new Asking(filters, mostBytes, nowUs());
    this.#next(this.#asking);
  }

  /** False: there is nothing more to ask. */
  #next(asking: Asking): boolean {
    const filters = asking.next();
    if (filters === undefined || this.#link === null) return false;
    this.#filters = filters;
    this.#writtenUs = nowUs();
    const { id, topicFilters } = this.#link.subscribe(filters);
    this.#id = id;
    this.#topicFilters = topicFilters;
    return true;
  }

  isLate(now: number, patienceUs: number): boolean {
    return this.#asking !== null && now - this.#writtenUs >= patienceUs;
  }

  /** As that of the client `wire`; false: the codes do not answer what was asked. */
  answered(id: number, codes: readonly number[], listener: Pick<ClientListener, 'subscribed'>): boolean {
    const asking = this.#asking;
    if (asking === null || id !== this.#id || codes.length !== this.#topicFilters.length) return false;
    for (const { topicFilter } of this.#filters)
      asking.codes.push(codes[this.#topicFilters.indexOf(topicFilter)] ?? 0x80);
    if (this.#next(asking)) return true;
    this.forget();
    listener.subscribed(asking.codes, asking.beganUs);
    return true;
  }

  /** The connection that was asked is gone. */
  forget(): void {
    this.#asking = null;
    this.#link = null;
  }
}
