/** What a session over MQTT.js still waits for: one Map entry a message, because the packet ids are not ours to choose. */
import { noTimeUs } from '../../base/clock.ts';
import type { Qos } from '../../mqtt/packets.ts';
import type { ClientListener } from '../client.ts';

export interface Flight {
  readonly stream: number;
  readonly qos: Qos;
  readonly dueUs: number;
  readonly writtenUs: number;
  readonly sequence: number;
  /** When its PUBREC came; 0: not yet. */
  pubrecUs: number;
}

export class Awaited {
  readonly #flights = new Map<number, Flight>();
  /** Packet ids of QoS 2 messages received and not yet released. */
  readonly #unreleased = new Set<number>();

  get inFlight(): number {
    return this.#flights.size;
  }

  /** Of the publishes in flight. */
  get packetIds(): number[] {
    return [...this.#flights.keys()];
  }

  published(id: number, flight: Omit<Flight, 'pubrecUs'>): void {
    this.#flights.set(id, { ...flight, pubrecUs: noTimeUs });
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

  /** Ends all waiting for acknowledgements; tells what was in flight, in the order in which it was published. */
  abandon(listener: ClientListener): void {
    const flights = [...this.#flights.values()];
    this.#flights.clear();
    for (const { stream, dueUs, sequence } of flights) listener.abandoned(stream, dueUs, sequence);
  }
}
