/** The contract over MQTT.js: what a Node application would see, and a second witness. About 1.5 to 4 times the cost of wire. */
import type { IConnackPacket, IPublishPacket, MqttClient, Packet } from 'mqtt';
import { noTimeUs, nowUs } from '../base/clock.ts';
import type { Qos } from '../mqtt/packets.ts';
import { cause, causeOfError, connackName, detailOf, disconnectName, reasonText } from './causes.ts';
import type { Client, ClientListener, Filter, OpenClient, Outgoing, Session } from './client.ts';
import { foreignCause } from './foreign.ts';
import { KeepAlive } from './keep-alive.ts';
import { type Limits, limitsOf, noLimits } from './limits.ts';
import { Awaited } from './mqttjs/awaited.ts';
import { Continuity } from './mqttjs/continuity.ts';
import { layOut } from './mqttjs/incoming.ts';
import { Link } from './mqttjs/link.ts';
import { flawOf } from './mqttjs/packet-flaw.ts';
import { Subscribing } from './mqttjs/subscribing.ts';
import { isLarger } from './prepared.ts';

export const mqttjs: OpenClient = (session, listener) => new MqttjsClient(session, listener);

class MqttjsClient implements Client {
  readonly #session: Session;
  readonly #listener: ClientListener;
  #link: Link | null = null;
  /** CONNACK said yes; MQTT.js is ready a moment later. */
  #accepted = false;
  #connected = false;
  #window = 0;
  #limits: Limits = noLimits;
  readonly #continuity: Continuity;
  readonly #awaited = new Awaited();
  readonly #subscribing = new Subscribing();
  #cause: string | null = null;
  #detail: string | undefined;
  #destroyed = false;
  #endedUs = noTimeUs;
  #refused = false;
  #noticeDue = false;
  readonly #keepAlive = new KeepAlive();
  #sentBefore = 0;
  #receivedBefore = 0;

  constructor(session: Session, listener: ClientListener) {
    this.#session = session;
    this.#listener = listener;
    this.#continuity = new Continuity(session);
  }

  get backedUp(): boolean {
    return this.#link?.backedUp ?? false;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get inFlight(): number {
    return this.#awaited.inFlight;
  }

  get timeoutCause(): string {
    return this.#link?.tcpUs === 0 ? cause.connectTimeout : cause.connackTimeout;
  }

  get bytesSent(): number {
    return this.#sentBefore + (this.#link?.bytesWritten ?? 0);
  }

  get bytesReceived(): number {
    return this.#receivedBefore + (this.#link?.bytesRead ?? 0);
  }

  connect(fresh = false): void {
    if (this.#link !== null) throw new Error('connect() while there is a connection');
    this.#cause = null;
    this.#detail = undefined;
    this.#destroyed = false;
    this.#accepted = false;
    this.#endedUs = 0;
    this.#link = new Link(this.#session, this.#continuity.begin(fresh), this.#continuity.store);
    this.#keepAlive.start(this.#session.keepAliveS * 1e6, this.#link.openedUs);
    this.#listenTo(this.#link.mqtt);
  }

  #listenTo(mqtt: MqttClient): void {
    mqtt.on('packetsend', (packet) => {
      this.#keepAlive.lastSentUs = nowUs();
      // Before it says that it is connected it sends only what its store holds.
      if (packet.cmd !== 'publish' || this.#connected) return;
      const flight = this.#awaited.flight(packet.messageId ?? 0);
      if (flight !== undefined) this.#listener.resent(flight.stream, flight.dueUs);
    });
    mqtt.on('packetreceive', (packet) => {
      if (this.#link?.mqtt === mqtt && !this.#destroyed) this.#onPacket(packet);
      // MQTT.js goes on with what it has parsed, and throws at some of it: once given up, all packets are harmless ones.
      if (this.#link?.mqtt !== mqtt || this.#destroyed) packet.cmd = 'pingresp';
    });
    mqtt.on('connect', this.#onConnect);
    mqtt.on('error', this.#onError);
    mqtt.on('close', this.#onClose);
    // MQTT.js passes some errors of the stream on, and keeps others to itself.
    mqtt.stream.on('error', (error: Error) => {
      if (this.#link?.mqtt === mqtt) this.#onError(error);
    });
    mqtt.stream.prependListener('data', (bytes: Buffer) => {
      const foreign = this.#accepted ? null : foreignCause(bytes, bytes.length);
      if (foreign !== null) this.#fail(foreign);
    });
    mqtt.stream.on('drain', this.#notice);
  }

  subscribe(filters: readonly Filter[]): void {
    if (this.#connected && this.#link !== null)
      this.#subscribing.ask(this.#link, filters, this.#limits.maximumPacketSize);
  }

  publish(message: Outgoing, dueUs: number, writtenUs: number): boolean {
    if (!this.#hasRoom() || this.#link === null) {
      this.#refused = true;
      return false;
    }
    const { stream, qos, sequence } = message;
    if (isLarger(message, this.#session.protocol, this.#limits.maximumPacketSize)) {
      this.#listener.forbidden(stream, dueUs, 'packet_too_large');
      return true;
    }
    const id = this.#link.publish(message);
    if (qos > 0) this.#awaited.published(id, { stream, qos, dueUs, writtenUs, sequence });
    return true;
  }

  flush(): void {}

  abandon(): void {
    this.#continuity.abandon();
    this.#awaited.abandon(this.#listener);
  }

  disconnect(endSession = false): void {
    if (this.#link === null || this.#cause !== null) return;
    if (!this.#connected) {
      this.destroy();
      return;
    }
    this.#cause = cause.ended;
    this.#connected = false;
    this.#endedUs = nowUs();
    this.#link.end(
      [...this.#awaited.packetIds, ...this.#subscribing.packetIds],
      endSession && this.#session.protocol === '5',
    );
  }

  destroy(why: string = cause.ended, detail?: string): void {
    if (this.#link !== null) this.#fail(why, detail);
  }

  check(now: number): void {
    if (this.#link === null || this.#destroyed) return;
    const patienceUs = this.#session.connectTimeoutMs * 1000;
    if (this.#endedUs > 0) {
      if (now - this.#endedUs >= patienceUs) this.destroy();
    } else if (!this.#connected) {
      if (now - this.#link.openedUs >= patienceUs) this.#fail(this.timeoutCause);
    } else if (this.#subscribing.isLate(now, patienceUs)) {
      this.#fail(cause.subackTimeout);
    } else {
      const due = this.#keepAlive.check(now);
      if (due === 'ping') this.#link.mqtt.sendPing();
      else if (due === 'dead') this.#fail(cause.keepAliveTimeout);
    }
  }

  #hasRoom(): boolean {
    return this.#connected && this.#awaited.inFlight < this.#window && this.#link?.backedUp !== true;
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

  readonly #onConnect = ({ sessionPresent }: { readonly sessionPresent: boolean }): void => {
    if (this.#link === null || this.#cause !== null) return;
    this.#connected = true;
    this.#listener.connected({ ...this.#link.instants, sessionPresent, limits: this.#limits });
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
        if ((packet.reasonCode ?? 0) >= 0x80 || !this.#awaited.recorded(id, this.#link?.readUs ?? 0))
          this.#acknowledged(id, 2, packet.reasonCode ?? 0);
        break;
      case 'pubcomp':
        this.#acknowledged(id, 2, packet.reasonCode ?? 0);
        break;
      case 'suback':
        if (!this.#subscribing.answered(id, packet.granted.map(Number), this.#listener))
          this.#fail(cause.protocolError, `SUBACK of ${packet.granted.length} codes for no such SUBSCRIBE`);
        break;
      case 'connack':
        this.#answered(packet.reasonCode ?? packet.returnCode ?? 0, packet);
        break;
      case 'pingresp':
        this.#keepAlive.answered(this.#link?.readUs ?? 0, this.#listener);
        break;
      case 'disconnect':
        // Only a server of MQTT 5 may say it [MQTT-3.14].
        if (this.#session.protocol !== '5') this.#fail(cause.protocolError, 'DISCONNECT');
        else this.#fail(disconnectName(packet.reasonCode ?? 0), reasonText(packet.properties));
        break;
    }
  }

  #answered(code: number, { properties, sessionPresent }: IConnackPacket): void {
    const { protocol, inFlight } = this.#session;
    if (code !== 0 || properties?.receiveMaximum === 0) {
      if (code !== 0) this.#fail(connackName(protocol, code), reasonText(properties));
      else this.#fail(cause.protocolError, 'Receive Maximum is 0 [MQTT-3.2.2.3.3]');
      return;
    }
    this.#accepted = true;
    this.#limits = limitsOf(properties);
    this.#window = Math.min(inFlight, this.#limits.receiveMaximum);
    if (this.#limits.keepAliveS !== undefined) this.#keepAlive.periodUs = this.#limits.keepAliveS * 1e6;
    this.#continuity.accepted(sessionPresent, this.#limits);
    if (this.#continuity.resumed) return;
    this.#awaited.forgetReceived();
    this.abandon();
  }

  #acknowledged(id: number, qos: Qos, code: number): void {
    if (!this.#awaited.acknowledged(id, qos, code, this.#listener) && !this.#continuity.resumed)
      this.#fail(cause.protocolError, `unexpected acknowledgement of packet id ${id}`);
    this.#notice();
  }

  #received(packet: IPublishPacket, id: number): void {
    if (packet.qos === 2 && !this.#awaited.isFirst(id)) return;
    this.#listener.received(layOut(packet, packet.properties?.userProperties, this.#link?.readUs ?? 0));
  }

  readonly #onError = (error: Error & { code?: unknown }): void => {
    // MQTT.js itself and its parser have numbers for codes, or none.
    this.#fail(causeOfError(error, cause.protocolError), detailOf(error));
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
    this.#sentBefore += link.bytesWritten;
    this.#receivedBefore += link.bytesRead;
    this.#refused = false;
    if (!this.#session.resumes) this.abandon();
    this.#subscribing.forget();
    this.#listener.closed(this.#cause ?? cause.connectionClosed, this.#detail);
  };
}
