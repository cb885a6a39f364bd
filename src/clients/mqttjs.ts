/** The contract over MQTT.js: what a Node application would see, and a second witness. About 1.5 to 4 times the cost of wire. */
import type { Socket } from 'node:net';
import type { IConnackPacket, IPublishPacket, MqttClient, Packet } from 'mqtt';
import { connect, UniqueMessageIdProvider } from 'mqtt';
import { nowUs } from '../base/clock.ts';
import type { Qos } from '../mqtt/packets.ts';
import { Awaited } from './awaited.ts';
import { cause, causeOfError, connackName, disconnectName } from './causes.ts';
import type { Client, ClientListener, Filter, OpenClient, Outgoing, Session } from './client.ts';
import { foreignCause } from './foreign.ts';
import { layOut } from './incoming.ts';
import { KeepAlive } from './keep-alive.ts';
import { mqttjsOptions } from './mqttjs-options.ts';
import { flawOf } from './packet-flaw.ts';

export const mqttjs: OpenClient = (session, listener) => new MqttjsClient(session, listener);

/** What is counted on the socket; a WebSocket stream has not got it. */
type Counters = Partial<Pick<Socket, 'bytesRead' | 'bytesWritten' | 'connecting' | 'writableNeedDrain' | 'setNoDelay'>>;

/** One connection of MQTT.js, from `connect` to `closed`. */
interface Link {
  readonly mqtt: MqttClient;
  readonly socket: Counters;
  readonly openedUs: number;
}

class MqttjsClient implements Client {
  readonly #session: Session;
  readonly #listener: ClientListener;
  #link: Link | null = null;
  /** CONNACK said yes; MQTT.js is ready a moment later. */
  #accepted = false;
  #connected = false;
  #window = 0;
  readonly #awaited = new Awaited();
  #cause: string | null = null;
  #detail: string | undefined;
  #destroyed = false;
  #endedUs = 0;
  #refused = false;
  #noticeDue = false;
  readonly #keepAlive = new KeepAlive();
  #readUs = 0;
  #sentBefore = 0;
  #receivedBefore = 0;

  constructor(session: Session, listener: ClientListener) {
    this.#session = session;
    this.#listener = listener;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get inFlight(): number {
    return this.#awaited.inFlight;
  }

  get bytesSent(): number {
    return this.#sentBefore + (this.#link?.socket.bytesWritten ?? 0);
  }

  get bytesReceived(): number {
    return this.#receivedBefore + (this.#link?.socket.bytesRead ?? 0);
  }

  connect(): void {
    if (this.#link !== null) throw new Error('connect() while there is a connection');
    const openedUs = nowUs();
    this.#cause = null;
    this.#detail = undefined;
    this.#destroyed = false;
    this.#accepted = false;
    this.#endedUs = 0;
    this.#keepAlive.start(this.#session.keepAliveS * 1e6, openedUs);
    // The default provider of MQTT.js gives ids out again that are still in flight.
    const mqtt = connect({ ...mqttjsOptions(this.#session), messageIdProvider: new UniqueMessageIdProvider() });
    const socket = mqtt.stream as unknown as Counters;
    socket.setNoDelay?.(true);
    this.#link = { mqtt, socket, openedUs };
    mqtt.on('packetsend', () => {
      this.#keepAlive.lastSentUs = nowUs();
    });
    mqtt.on('packetreceive', (packet) => {
      if (this.#link?.mqtt === mqtt && !this.#destroyed) this.#onPacket(packet);
      // MQTT.js goes on with what it has parsed, and throws at some of it: once given up, all packets are harmless ones.
      if (this.#link?.mqtt !== mqtt || this.#destroyed) packet.cmd = 'pingresp';
    });
    mqtt.on('connect', this.#onConnect);
    mqtt.on('error', this.#onError);
    mqtt.on('close', this.#onClose);
    mqtt.stream.on('drain', this.#notice);
    // Before the listener of MQTT.js: a read begins here.
    mqtt.stream.prependListener('data', (bytes: Buffer) => {
      this.#readUs = nowUs();
      const foreign = this.#accepted ? null : foreignCause(bytes, bytes.length);
      if (foreign !== null) this.#fail(foreign);
    });
  }

  subscribe(filters: readonly Filter[]): void {
    const mqtt = this.#link?.mqtt;
    if (!this.#connected || mqtt === undefined) return;
    const map: Record<string, { qos: Qos }> = {};
    for (const { topicFilter, qos } of filters) map[topicFilter] = { qos };
    const topicFilters = Object.keys(map);
    mqtt.subscribe(map);
    this.#awaited.subscribing(mqtt.getLastMessageId(), { filters, topicFilters, writtenUs: nowUs() });
  }

  publish(message: Outgoing, dueUs: number, writtenUs: number): boolean {
    if (!this.#hasRoom() || this.#link === null) {
      this.#refused = true;
      return false;
    }
    const { mqtt } = this.#link;
    const { qos, retain } = message;
    const property = message.userProperty;
    mqtt.publish(message.topicName, Buffer.from(message.payload), {
      qos,
      retain,
      ...(property && { properties: { userProperties: { [property[0]]: property[1] } } }),
    });
    if (qos > 0) this.#awaited.published(mqtt.getLastMessageId(), { stream: message.stream, qos, dueUs, writtenUs });
    return true;
  }

  flush(): void {}

  disconnect(): void {
    const mqtt = this.#link?.mqtt;
    if (mqtt === undefined || this.#cause !== null) return;
    if (!this.#connected) {
      this.destroy();
      return;
    }
    this.#cause = cause.ended;
    this.#connected = false;
    this.#endedUs = nowUs();
    // MQTT.js would wait for all acknowledgements before it sends DISCONNECT.
    for (const id of this.#awaited.packetIds) mqtt.removeOutgoingMessage(id);
    mqtt.end();
  }

  destroy(): void {
    if (this.#link !== null) this.#fail(cause.ended);
  }

  check(now: number): void {
    if (this.#link === null || this.#destroyed) return;
    const patienceUs = this.#session.connectTimeoutMs * 1000;
    if (this.#endedUs > 0) {
      if (now - this.#endedUs >= patienceUs) this.destroy();
    } else if (!this.#connected) {
      const why = this.#link.socket.connecting === true ? cause.connectTimeout : cause.connackTimeout;
      if (now - this.#link.openedUs >= patienceUs) this.#fail(why);
    } else if (this.#awaited.subscribingSinceUs + patienceUs <= now) {
      this.#fail(cause.subackTimeout);
    } else {
      const due = this.#keepAlive.check(now);
      if (due === 'ping') this.#link.mqtt.sendPing();
      else if (due === 'dead') this.#fail(cause.keepAliveTimeout);
    }
  }

  #hasRoom(): boolean {
    return this.#connected && this.#awaited.inFlight < this.#window && this.#link?.socket.writableNeedDrain !== true;
  }

  /** `writable` once for all the acknowledgements that one turn of the event loop brings. */
  readonly #notice = (): void => {
    if (!this.#refused || this.#noticeDue) return;
    this.#noticeDue = true;
    setImmediate(() => {
      this.#noticeDue = false;
      if (!this.#refused || !this.#hasRoom()) return;
      this.#refused = false;
      this.#listener.writable();
    });
  };

  readonly #onConnect = (packet: { readonly sessionPresent: boolean }): void => {
    if (this.#link === null || this.#cause !== null) return;
    this.#connected = true;
    if (!packet.sessionPresent) this.#awaited.forgetReceived();
    this.#listener.connected(packet.sessionPresent, this.#link.openedUs);
    this.#notice();
  };

  #onPacket(packet: Packet): void {
    const flaw = flawOf(packet, this.#accepted);
    if (flaw === null) this.#obey(packet, packet.messageId ?? 0);
    else this.#fail(cause.protocolError, `${packet.cmd.toUpperCase()} ${flaw}`);
  }

  #obey(packet: Packet, id: number): void {
    switch (packet.cmd) {
      case 'publish':
        this.#received(packet, id);
        break;
      case 'pubrel':
        this.#awaited.released(id);
        break;
      case 'puback':
        this.#acknowledged(id, 1, packet.reasonCode ?? 0);
        break;
      case 'pubrec':
        this.#recorded(id, packet.reasonCode ?? 0);
        break;
      case 'pubcomp':
        this.#acknowledged(id, 2, packet.reasonCode ?? 0);
        break;
      case 'suback':
        this.#subscribed(id, packet.granted.map(Number));
        break;
      case 'connack':
        this.#answered(packet.reasonCode ?? packet.returnCode ?? 0, packet.properties ?? {});
        break;
      case 'pingresp':
        this.#keepAlive.answered();
        break;
      case 'disconnect':
        // Only a server of MQTT 5 may say it [MQTT-3.14].
        if (this.#session.protocol !== '5') this.#fail(cause.protocolError, 'DISCONNECT');
        else this.#fail(disconnectName(packet.reasonCode ?? 0), packet.properties?.reasonString);
        break;
    }
  }

  #answered(code: number, properties: NonNullable<IConnackPacket['properties']>): void {
    if (code !== 0) {
      this.#fail(connackName(this.#session.protocol, code), properties.reasonString);
      return;
    }
    if (properties.receiveMaximum === 0) {
      this.#fail(cause.protocolError, 'Receive Maximum is 0 [MQTT-3.2.2.3.3]');
      return;
    }
    this.#accepted = true;
    this.#window = Math.min(this.#session.inFlight, properties.receiveMaximum ?? 65_535);
    if (properties.serverKeepAlive !== undefined) this.#keepAlive.periodUs = properties.serverKeepAlive * 1e6;
  }

  #subscribed(id: number, codes: readonly number[]): void {
    const granted = this.#awaited.granted(id, codes);
    if (granted === undefined) this.#fail(cause.protocolError, `SUBACK of ${codes.length} codes for no such SUBSCRIBE`);
    else this.#listener.subscribed(granted.codes, granted.writtenUs);
  }

  #recorded(id: number, code: number): void {
    if (code >= 0x80 || !this.#awaited.inFlightAt(id, 2)) this.#acknowledged(id, 2, code);
  }

  #acknowledged(id: number, qos: Qos, code: number): void {
    const flight = this.#awaited.acknowledged(id, qos);
    if (flight === undefined) this.#fail(cause.protocolError, `unexpected acknowledgement of packet id ${id}`);
    else this.#listener.acknowledged(flight.stream, code, flight.dueUs, flight.writtenUs);
    this.#notice();
  }

  #received(packet: IPublishPacket, id: number): void {
    if (packet.qos === 2 && !this.#awaited.isFirst(id)) return;
    this.#listener.received(layOut(packet, packet.properties?.userProperties, this.#readUs));
  }

  readonly #onError = (error: Error & { code?: unknown }): void => {
    // Errors of the system have a code that is text; those of MQTT.js and of the parser have a number or none.
    const system = typeof error.code === 'string' || error instanceof AggregateError;
    this.#fail(system ? causeOfError(error as NodeJS.ErrnoException) : cause.protocolError, error.message);
  };

  /** The first cause stands; `closed` follows when the socket is closed. */
  #fail(why: string, detail?: string): void {
    if (this.#cause === null) {
      this.#cause = why;
      this.#detail = detail;
    }
    this.#connected = false;
    if (this.#destroyed) return;
    this.#destroyed = true;
    // Not end(true): that closes the stores of MQTT.js, and packets that it has parsed already would then throw.
    this.#link?.mqtt.stream.destroy();
  }

  readonly #onClose = (): void => {
    const link = this.#link;
    if (link === null) return;
    this.#link = null;
    // Nothing that this connection still says may be taken for the next one's.
    link.mqtt.off('connect', this.#onConnect).off('error', this.#onError);
    this.#connected = false;
    this.#sentBefore += link.socket.bytesWritten ?? 0;
    this.#receivedBefore += link.socket.bytesRead ?? 0;
    this.#refused = false;
    for (const { stream, dueUs } of this.#awaited.abandoned()) this.#listener.abandoned(stream, dueUs);
    this.#listener.closed(this.#cause ?? cause.connectionClosed, this.#detail);
  };
}
