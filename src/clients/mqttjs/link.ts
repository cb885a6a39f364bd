/** Cost: a clock reading a read, and over a WebSocket a look at each write and a copy of each packet. */
import { connect as connectTcp, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { IClientOptions } from 'mqtt';
import { connect, MqttClient, UniqueMessageIdProvider } from 'mqtt';
import { noTimeUs, nowUs } from '../../base/clock.ts';
import type { Qos } from '../../mqtt/packets.ts';
import type { Filter, Outgoing, Session, Welcome } from '../client.ts';
import { type Beginning, mqttjsOptions } from './options.ts';
import type { SessionStore } from './store.ts';

/** What is counted on the socket; a WebSocket stream has not got it. */
type Counters = Partial<Pick<Socket, 'bytesRead' | 'bytesWritten' | 'setNoDelay'>>;

type Options = IClientOptions & { readonly localAddress?: string };

/** Over plain TCP MQTT.js takes no local address: then the socket is ours. */
function open(options: Options): MqttClient {
  const { protocol, hostname: host = '', port = 0, localAddress } = options;
  if (protocol !== 'mqtt' || localAddress === undefined) return connect(options);
  return new MqttClient(() => connectTcp({ host, port, localAddress }), options);
}

/** One connection of MQTT.js, from `connect` to `closed`: its socket, its instants and its bytes. */
export class Link {
  readonly mqtt: MqttClient;
  readonly openedUs = nowUs();
  tcpUs = noTimeUs;
  #tlsUs = noTimeUs;
  #webSocketUs = noTimeUs;
  /** The beginning of the last read. */
  readUs = noTimeUs;
  readonly #counters: Counters;
  #written = 0;
  #read = 0;

  constructor(session: Session, beginning: Omit<Beginning, 'dialled' | 'upgraded'>, store: SessionStore | undefined) {
    const options = mqttjsOptions(session, {
      ...beginning,
      dialled: (socket) => this.#watch(socket),
      upgraded: () => {
        this.#webSocketUs = nowUs();
      },
    });
    this.mqtt = open({
      ...options,
      ...(store !== undefined && { outgoingStore: store }),
      // The default provider of MQTT.js gives ids out again that are still in flight.
      messageIdProvider: new UniqueMessageIdProvider(),
    } as unknown as Options);
    const { stream } = this.mqtt;
    this.#counters = stream as unknown as Counters;
    this.#counters.setNoDelay?.(true);
    if (this.#counters.bytesWritten === undefined) {
      this.#countWrites();
      joinWrites(stream);
    } else this.#watch(stream as Socket);
    // Before the listener of MQTT.js: a read begins here.
    stream.prependListener('data', (chunk: Buffer) => {
      this.readUs = nowUs();
      this.#read += chunk.length;
    });
  }

  get instants(): Pick<Welcome, 'openedUs' | 'tcpUs' | 'tlsUs' | 'webSocketUs'> {
    return { openedUs: this.openedUs, tcpUs: this.tcpUs, tlsUs: this.#tlsUs, webSocketUs: this.#webSocketUs };
  }

  get bytesWritten(): number {
    return this.#counters.bytesWritten ?? this.#written;
  }

  get bytesRead(): number {
    return this.#counters.bytesRead ?? this.#read;
  }

  get backedUp(): boolean {
    return this.mqtt.stream.writableNeedDrain;
  }

  /** Its packet id; at QoS 0 it has none. */
  publish({ topicName, payload, qos, retain, userProperty }: Outgoing): number {
    this.mqtt.publish(topicName, Buffer.from(payload), {
      qos,
      retain,
      ...(userProperty && { properties: { userProperties: { [userProperty[0]]: userProperty[1] } } }),
    });
    return this.mqtt.getLastMessageId();
  }

  /** Its packet id, and the filters as the packet has them. */
  subscribe(filters: readonly Filter[]): { readonly id: number; readonly topicFilters: string[] } {
    const map: Record<string, { qos: Qos }> = {};
    for (const { topicFilter, qos } of filters) map[topicFilter] = { qos };
    this.mqtt.subscribe(map);
    return { id: this.mqtt.getLastMessageId(), topicFilters: Object.keys(map) };
  }

  end(waiting: readonly number[], endSession: boolean): void {
    // MQTT.js would wait for all acknowledgements before it sends DISCONNECT.
    for (const id of waiting) this.mqtt.removeOutgoingMessage(id);
    if (endSession) this.mqtt.end(false, { reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    else this.mqtt.end();
  }

  #watch(socket: Socket): void {
    socket.once('connect', () => {
      this.tcpUs = nowUs();
    });
    socket.once('secureConnect', () => {
      this.#tlsUs = nowUs();
    });
  }

  /** The bytes of MQTT: a frame around them is the WebSocket's. */
  #countWrites(): void {
    const { stream } = this.mqtt;
    const write = stream.write.bind(stream) as (...words: unknown[]) => boolean;
    stream.write = (chunk: unknown, ...more: unknown[]) => {
      this.#written += Buffer.byteLength(chunk as string | Buffer);
      return write(chunk, ...more);
    };
  }
}

/**
 * MQTT.js writes a packet in pieces, corked. Over a WebSocket each piece would be a frame of its own, and Mosquitto with TLS reads
 * the last of them only when the next packet comes.
 */
function joinWrites(stream: Writable): void {
  stream._writev = (pieces, done) => stream._write(Buffer.concat(pieces.map(({ chunk }) => chunk)), 'utf8', done);
}
