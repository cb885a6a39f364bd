import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Packet } from 'mqtt-packet';
import { generate, parser } from 'mqtt-packet';
import { reset } from './reset.ts';
import { within } from './wait-for.ts';

/** What a broker does about one packet. */
export type Reaction = (packet: Packet, peer: Peer) => void;
export type Script = Readonly<Partial<Record<Packet['cmd'], Reaction>>>;

/** One connection of the scripted broker. */
export interface Peer {
  /** The protocol of its CONNECT. */
  readonly version: 3 | 4 | 5;
  readonly received: readonly Packet[];
  send(packet: Packet | Uint8Array): void;
  end(): void;
  reset(): void;
}

export interface ScriptedBroker {
  readonly url: string;
  readonly port: number;
  readonly peers: readonly Peer[];
  /** All packets of all connections. */
  readonly received: readonly Packet[];
  until(condition: () => boolean, what: string): Promise<void>;
  stop(): Promise<void>;
}

/** Answers as a broker should: the script says where it does not. */
export const obedient: Script = {
  connect: (_, peer) => peer.send(accepted(peer)),
  subscribe: (packet, peer) => {
    if (packet.cmd !== 'subscribe') return;
    peer.send({ cmd: 'suback', ...idOf(packet), granted: packet.subscriptions.map(({ qos }) => qos) });
  },
  publish: (packet, peer) => {
    if (packet.cmd !== 'publish' || packet.qos === 0) return;
    peer.send({ cmd: packet.qos === 1 ? 'puback' : 'pubrec', ...idOf(packet) });
  },
  pubrel: (packet, peer) => peer.send({ cmd: 'pubcomp', ...idOf(packet) }),
  pubrec: (packet, peer) => peer.send({ cmd: 'pubrel', ...idOf(packet) }),
  pingreq: (_, peer) => peer.send({ cmd: 'pingresp' }),
  disconnect: (_, peer) => peer.end(),
};

export const silent: Reaction = () => {};

export function accepted(peer: Peer, properties?: object): Packet {
  const result = peer.version === 5 ? { reasonCode: 0, ...(properties && { properties }) } : { returnCode: 0 };
  return { cmd: 'connack', sessionPresent: false, ...result };
}

export function idOf(packet: Packet): { messageId: number } {
  return { messageId: packet.messageId ?? 0 };
}

/** `byteByByte`: every byte that it sends is a write of its own. `holdOn`: it does not close when the client does. */
export async function startScriptedBroker(
  script: Script = {},
  options: { byteByByte?: boolean; holdOn?: boolean } = {},
): Promise<ScriptedBroker> {
  const reactions: Script = { ...obedient, ...script };
  const peers: ScriptedPeer[] = [];
  const received: Packet[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  const server = createServer({ noDelay: true, allowHalfOpen: options.holdOn === true }, (socket) => {
    const peer = new ScriptedPeer(socket, options.byteByByte === true, (packet) => {
      received.push(packet);
      reactions[packet.cmd]?.(packet, peer);
      wake();
    });
    peers.push(peer);
    socket.once('close', wake);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    peers,
    received,
    until(condition, what) {
      const met = new Promise<void>((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
      return within(met, what);
    },
    async stop() {
      for (const peer of peers) peer.reset();
      server.close();
      await once(server, 'close');
    },
  };
}

class ScriptedPeer implements Peer {
  version: 3 | 4 | 5 = 4;
  readonly received: Packet[] = [];
  readonly #socket: Socket;
  readonly #byteByByte: boolean;
  #queue = Promise.resolve();

  constructor(socket: Socket, byteByByte: boolean, react: (packet: Packet) => void) {
    this.#socket = socket;
    this.#byteByByte = byteByByte;
    const packets = parser();
    packets.on('packet', (packet) => {
      if (packet.cmd === 'connect') this.version = packet.protocolVersion ?? 4;
      this.received.push(packet);
      react(packet);
    });
    packets.on('error', () => socket.destroy());
    socket.on('data', (chunk) => packets.parse(chunk));
    socket.on('error', () => {});
  }

  send(packet: Packet | Uint8Array): void {
    const bytes = packet instanceof Uint8Array ? packet : generate(packet, { protocolVersion: this.version });
    if (!this.#byteByByte) {
      this.#socket.write(bytes);
      return;
    }
    this.#queue = this.#queue.then(() => this.#drip(bytes));
  }

  async #drip(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      this.#socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
  }

  end(): void {
    this.#queue = this.#queue.then(() => {
      this.#socket.end();
    });
  }

  reset(): void {
    reset(this.#socket);
  }
}
