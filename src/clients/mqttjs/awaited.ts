/** What a session over MQTT.js still waits for: one Map entry a message, because the packet ids are not ours to choose. */
import { noTimeUs } from '../../base/clock.ts';
import type { Qos } from '../../mqtt/packets.ts';
import type { ClientListener, Filter } from '../client.ts';

export interface Flight {
  readonly stream: number;
  readonly qos: Qos;
  readonly dueUs: number;
  readonly writtenUs: number;
  readonly sequence: number;
  /** When its PUBREC came; 0: not yet. */
  pubrecUs: number;
}

interface Subscribing {
  readonly filters: readonly Filter[];
  /** As the packet has them: MQTT.js takes filters as the keys of an object, whose order may differ. */
  readonly topicFilters: readonly string[];
  readonly writtenUs: number;
}

export class Awaited {
  readonly #flights = new Map<number, Flight>();
  readonly #subscribes = new Map<number, Subscribing>();
  /** Packet ids of QoS 2 messages received and not yet released. */
  readonly #unreleased = new Set<number>();

  get inFlight(): number {
    return this.#flights.size;
  }

  /** Of PUBLISH and SUBSCRIBE. */
  get packetIds(): number[] {
    return [...this.#flights.keys(), ...this.#subscribes.keys()];
  }

  /** When the first SUBSCRIBE without an answer was written; Infinity: there is none. */
  get subscribingSinceUs(): number {
    for (const { writtenUs } of this.#subscribes.values()) return writtenUs;
    return Number.POSITIVE_INFINITY;
  }

  published(id: number, flight: Omit<Flight, 'pubrecUs'>): void {
    this.#flights.set(id, { ...flight, pubrecUs: noTimeUs });
  }

  subscribing(id: number, subscribing: Subscribing): void {
    this.#subscribes.set(id, subscribing);
  }

  /** PUBREC; false: no publish of QoS 2 waits under that id. Of several the first one counts. */
  recorded(id: number, pubrecUs: number): boolean {
    const flight = this.#flights.get(id);
    if (flight?.qos !== 2) return false;
    if (flight.pubrecUs === 0) flight.pubrecUs = pubrecUs;
    return true;
  }

  flight(id: number): Flight | undefined {
    return this.#flights.get(id);
  }

  /** Tells it; false: no publish of that QoS waits under that id. */
  acknowledged(id: number, qos: Qos, code: number, listener: ClientListener): boolean {
    const flight = this.#flights.get(id);
    if (flight?.qos !== qos) return false;
    this.#flights.delete(id);
    listener.acknowledged(flight.stream, code, flight.dueUs, flight.writtenUs, flight.pubrecUs, flight.sequence);
    return true;
  }

  /** The codes in the order of the filters asked for; undefined: they do not answer what was asked. */
  granted(id: number, codes: readonly number[]): { codes: number[]; writtenUs: number } | undefined {
    const asked = this.#subscribes.get(id);
    if (asked === undefined || asked.topicFilters.length !== codes.length) return undefined;
    this.#subscribes.delete(id);
    const places = asked.filters.map(({ topicFilter }) => asked.topicFilters.indexOf(topicFilter));
    return { codes: places.map((place) => codes[place] ?? 0x80), writtenUs: asked.writtenUs };
  }

  /** False: a second copy of a QoS 2 message that still waits for PUBREL [MQTT-4.3.3-10]. */
  isFirst(id: number): boolean {
    if (this.#unreleased.has(id)) return false;
    this.#unreleased.add(id);
    return true;
  }

  released(id: number): void {
    this.#unreleased.delete(id);
  }

  /** A new session knows nothing of what the last one received. */
  forgetReceived(): void {
    this.#unreleased.clear();
  }

  /** The connection that was asked is gone. */
  forgetSubscribing(): void {
    this.#subscribes.clear();
  }

  /** Ends all waiting for acknowledgements; tells what was in flight, in the order in which it was published. */
  abandon(listener: ClientListener): void {
    const flights = [...this.#flights.values()];
    this.#flights.clear();
    for (const { stream, dueUs, sequence } of flights) listener.abandoned(stream, dueUs, sequence);
  }
}
