import type { Packet } from 'mqtt';
import { Store } from 'mqtt';

/** What MQTT.js sends again when a session goes on. Its own store forgets DUP, and is emptied with the connection that closes it. */
export class SessionStore extends Store {
  readonly #packets = new Map<number | undefined, Packet>();

  constructor() {
    super({ clean: false });
  }

  override put(packet: Packet, done: Parameters<Store['put']>[1]): this {
    this.#packets.set(packet.messageId, packet);
    return super.put(packet, done);
  }

  override del(packet: Pick<Packet, 'messageId'>, done: Parameters<Store['del']>[1]): this {
    this.#packets.delete(packet.messageId);
    return super.del(packet, done);
  }

  /** With DUP set [MQTT-3.3.1-1]. */
  override createStream(): ReturnType<Store['createStream']> {
    for (const packet of this.#packets.values()) if (packet.cmd === 'publish') packet.dup = true;
    return super.createStream();
  }

  clear(): void {
    for (const messageId of this.#packets.keys()) this.del({ messageId: messageId ?? 0 }, () => {});
  }
}
