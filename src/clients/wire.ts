/** Cost: per message one copy into the thread's outbox, a few field stores, and the socket's write. */
import { nowUs } from '../base/clock.ts';
import { decode, encodeDisconnect } from '../mqtt/codec.ts';
import type { PacketSink } from '../mqtt/framing.ts';
import { Framing } from '../mqtt/framing.ts';
import type { PublishTemplate } from '../mqtt/publish-template.ts';
import { publishTemplate } from '../mqtt/publish-template.ts';
import { transports } from '../transports/index.ts';
import type { Connection, TransportListener } from '../transports/transport.ts';
import { causeOfError, disconnectName } from './causes.ts';
import type { Client, ClientListener, Filter, OpenClient, Outgoing, Session } from './client.ts';
import { answerOf, connectPacket } from './handshake.ts';
import { awaiting, InFlight } from './in-flight.ts';
import { KeepAlive } from './keep-alive.ts';
import { Outbox, type Sender } from './outbox.ts';
import { Receiver } from './receiver.ts';
import { largestWindow, Subscribing } from './subscribing.ts';

const outbox = new Outbox();

type State = 'closed' | 'opening' | 'waiting' | 'connected' | 'ending';

/** A lean MQTT client: own code for framing and PUBLISH with its acknowledgements, mqtt-packet for all that is rare. */
class WireClient implements Client, TransportListener, PacketSink, Sender {
  readonly #session: Session;
  readonly #listener: ClientListener;
  #connection: Connection | null = null;
  #framing: Framing | null = null;
  #receiver: Receiver | null = null;
  #state: State = 'closed';
  /** Why we are about to be closed, where that is known before the socket says so. */
  #cause: string | null = null;
  #detail: string | undefined;
  #inFlight: InFlight | null = null;
  #window: number;
  #blocked = false;
  /** Somebody was told false by `publish`, or waits for `writable`. */
  #owing = false;
  readonly #keepAlive = new KeepAlive();
  #subscribing: Subscribing | null = null;
  #openedUs = 0;
  #readUs = 0;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(session: Session, listener: ClientListener) {
    this.#session = session;
    this.#listener = listener;
    this.#window = session.inFlight;
  }

  get connected(): boolean {
    return this.#state === 'connected';
  }

  get inFlight(): number {
    return this.#inFlight === null ? 0 : this.#inFlight.count;
  }

  connect(): void {
    const { target } = this.#session;
    const scheme = target.url.slice(0, target.url.indexOf(':'));
    const transport = transports[scheme];
    if (transport === undefined) throw new Error(`no transport for ${scheme}`);
    this.#state = 'opening';
    this.#cause = null;
    this.#detail = undefined;
    this.#blocked = false;
    this.#owing = false;
    this.#subscribing = null;
    this.#framing = new Framing();
    this.#openedUs = nowUs();
    this.#connection = transport.open(target, this);
  }

  subscribe(filters: readonly Filter[]): void {
    const now = nowUs();
    this.#subscribing ??= new Subscribing();
    this.#send(this.#subscribing.packet(this.#session.protocol, filters, now), now);
  }

  publish(message: Outgoing, dueUs: number, now: number): boolean {
    if (this.#state !== 'connected' || this.#blocked) {
      this.#owing = true;
      return false;
    }
    // A full window holds back every QoS, so that the publishes of a client stay in order.
    if (this.#inFlight !== null && this.#inFlight.count >= this.#window) {
      this.#owing = true;
      return false;
    }
    let id = 0;
    if (message.qos !== 0) {
      if (this.#inFlight === null) this.#inFlight = new InFlight(this.#window);
      id = this.#inFlight.take(message.qos === 1 ? awaiting.puback : awaiting.pubrec, message.stream, dueUs, now);
    }
    const template = (message.memo ?? this.#prepare(message)) as PublishTemplate;
    const { header, packetIdOffset } = template;
    const { payload } = message;
    const at = outbox.reserve(this, header.length + payload.length);
    const { bytes } = outbox;
    bytes.set(header, at);
    if (id !== 0) {
      bytes[at + packetIdOffset] = id >>> 8;
      bytes[at + packetIdOffset + 1] = id;
    }
    bytes.set(payload, at + header.length);
    this.#keepAlive.lastSentUs = now;
    return true;
  }

  #prepare(message: Outgoing): PublishTemplate {
    const { topicName, payload, qos, retain, userProperty } = message;
    const { protocol } = this.#session;
    const template = publishTemplate(protocol, topicName, payload.length, qos, retain, userProperty);
    message.memo = template;
    return template;
  }

  flush(): void {
    outbox.flush();
  }

  send(bytes: Uint8Array): boolean {
    const connection = this.#connection;
    // The connection broke after the message was taken: it counts as written and is lost with the connection.
    if (connection === null) return true;
    this.bytesSent += bytes.length;
    if (connection.write(bytes)) return true;
    this.#blocked = true;
    return false;
  }

  #send(packet: Uint8Array, now: number): void {
    outbox.flush();
    this.#keepAlive.lastSentUs = now;
    this.send(packet);
  }

  disconnect(): void {
    if (this.#state === 'connected') this.#send(encodeDisconnect(this.#session.protocol), nowUs());
    if (this.#connection === null) return;
    this.#state = 'ending';
    this.#cause = 'ended';
    this.#openedUs = nowUs();
    this.#connection.end();
  }

  destroy(): void {
    this.#cause ??= 'ended';
    this.#connection?.destroy();
  }

  check(now: number): void {
    if (this.#state === 'connected') this.#checkConnected(now);
    else if (this.#state !== 'closed' && now - this.#openedUs > this.#session.connectTimeoutMs * 1000) {
      this.#fail('connect_timeout');
    }
  }

  #checkConnected(now: number): void {
    const writtenUs = this.#subscribing?.writtenUs ?? 0;
    if (writtenUs !== 0 && now - writtenUs > this.#session.connectTimeoutMs * 1000) this.#fail('suback_timeout');
    const due = this.#keepAlive.check(now);
    if (due === 'ping') this.#send(pingreq, now);
    else if (due === 'dead') this.#fail('ping_timeout');
  }

  #fail(cause: string, detail?: string): void {
    this.#cause ??= cause;
    this.#detail ??= detail;
    this.#connection?.destroy();
  }

  // What the transport tells.

  opened(): void {
    this.#state = 'waiting';
    this.#send(connectPacket(this.#session), nowUs());
  }

  data(buffer: Buffer, length: number): void {
    if (this.#cause !== null && this.#state !== 'ending') return;
    this.bytesReceived += length;
    this.#readUs = nowUs();
    const framing = this.#framing as Framing;
    if (!framing.feed(buffer, length, this)) this.#fail('broker_protocol_error', 'malformed packet');
    outbox.flush();
    if (this.#owing && !this.#blocked && this.#state === 'connected') this.#room();
  }

  /** Once a read, however many acknowledgements it brought. */
  #room(): void {
    if (this.#inFlight !== null && this.#inFlight.count >= this.#window) return;
    this.#owing = false;
    this.#listener.writable();
  }

  drained(): void {
    this.#blocked = false;
    if (this.#owing && this.#state === 'connected') this.#room();
  }

  closed(error: NodeJS.ErrnoException | null): void {
    const cause = this.#cause ?? (error === null ? 'connection_closed' : causeOfError(error));
    this.#state = 'closed';
    this.#connection = null;
    this.#framing = null;
    this.#receiver = null;
    outbox.discard(this);
    this.#inFlight?.abandon((stream, dueUs) => this.#listener.abandoned(stream, dueUs));
    this.#listener.closed(cause, this.#detail ?? error?.message);
  }

  // What framing finds. The first byte holds the type and its flags [MQTT-2.1.3-1].

  packet(bytes: Buffer, start: number, body: number, end: number): boolean {
    const first = bytes[start] as number;
    if (this.#state !== 'connected') return this.#beforeConnected(first, bytes, start, end);
    if (first >= 0x30 && first < 0x40) return this.#publish(first, bytes, body, end);
    switch (first) {
      case 0x40:
      case 0x50:
      case 0x70:
        return this.#acknowledged(first, bytes, body, end);
      case 0x62:
        return this.#pubrel(bytes, body, end);
      case 0xd0:
        this.#keepAlive.answered();
        return true;
      case 0x90:
        return this.#suback(bytes, start, end);
      case 0xe0:
        return this.#disconnected(bytes, start, end);
      default:
        return this.#malformed(`unexpected packet 0x${first.toString(16)}`);
    }
  }

  #malformed(detail: string): boolean {
    this.#fail('broker_protocol_error', detail);
    return false;
  }

  #publish(first: number, bytes: Buffer, body: number, end: number): boolean {
    this.#receiver ??= new Receiver(this.#session.protocol);
    const message = this.#receiver.publish(first, bytes, body, end, this.#readUs);
    if (message === null) return this.#malformed('malformed PUBLISH');
    const id = this.#receiver.packetId;
    if (message.qos === 1) acknowledge(this, 0x40, id);
    else if (message.qos === 2) acknowledge(this, 0x50, id);
    if (message.qos !== 0) this.#keepAlive.lastSentUs = this.#readUs;
    if (!this.#receiver.repeated) this.#listener.received(message);
    return true;
  }

  #pubrel(bytes: Buffer, body: number, end: number): boolean {
    if (end - body < 2) return this.#malformed('short PUBREL');
    const id = bytes.readUInt16BE(body);
    this.#receiver?.release(id);
    acknowledge(this, 0x70, id);
    this.#keepAlive.lastSentUs = this.#readUs;
    return true;
  }

  /** PUBACK, PUBREC, PUBCOMP; without a reason code it is 0 [MQTT-3.4.2.1]. */
  #acknowledged(first: number, bytes: Buffer, body: number, end: number): boolean {
    if (end - body < 2) return this.#malformed('short acknowledgement');
    const id = bytes.readUInt16BE(body);
    const reason = end - body > 2 && this.#session.protocol === '5' ? (bytes[body + 2] as number) : 0;
    const inFlight = this.#inFlight;
    const state = inFlight === null ? 0 : inFlight.state(id);
    if (first === 0x50 && (state === awaiting.pubrec || state === awaiting.pubcomp) && reason < 0x80) {
      inFlight?.advance(id, awaiting.pubcomp);
      acknowledge(this, 0x62, id);
      this.#keepAlive.lastSentUs = this.#readUs;
      return true;
    }
    const fits =
      (first === 0x40 && state === awaiting.puback) ||
      (first === 0x50 && state === awaiting.pubrec) ||
      (first === 0x70 && state === awaiting.pubcomp);
    if (inFlight === null || !fits)
      return this.#malformed(`acknowledgement of packet id ${id}, which waits for none such`);
    const stream = inFlight.stream(id);
    const dueUs = inFlight.dueUs(id);
    const writtenUs = inFlight.writtenUs(id);
    inFlight.release(id);
    this.#listener.acknowledged(stream, reason, dueUs, writtenUs);
    return true;
  }

  #beforeConnected(first: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#state === 'ending') return true;
    if (first !== 0x20) return this.#malformed(`packet 0x${first.toString(16)} before CONNACK`);
    const packet = this.#decode(bytes, start, end);
    if (packet?.cmd !== 'connack') return false;
    const answer = answerOf(packet, this.#session, largestWindow);
    if ('refused' in answer) {
      this.#fail(answer.refused, answer.detail);
      return false;
    }
    this.#state = 'connected';
    this.#keepAlive.start(answer.keepAliveUs, this.#readUs);
    if (answer.window !== this.#window) this.#inFlight = null;
    this.#window = answer.window;
    this.#listener.connected(answer.sessionPresent, this.#openedUs);
    return true;
  }

  #suback(bytes: Buffer, start: number, end: number): boolean {
    const packet = this.#decode(bytes, start, end);
    if (packet?.cmd !== 'suback') return false;
    const writtenUs = this.#subscribing?.writtenUs ?? 0;
    const granted = this.#subscribing?.answered(packet);
    if (granted === undefined) return this.#malformed('SUBACK that answers no SUBSCRIBE');
    this.#listener.subscribed(granted, writtenUs);
    return true;
  }

  /** Only MQTT 5 lets a server send DISCONNECT [MQTT-3.14]. */
  #disconnected(bytes: Buffer, start: number, end: number): boolean {
    if (this.#session.protocol !== '5') return this.#malformed('DISCONNECT from a server of MQTT 3');
    const packet = this.#decode(bytes, start, end);
    if (packet?.cmd !== 'disconnect') return false;
    this.#fail(disconnectName(packet.reasonCode ?? 0), packet.properties?.reasonString);
    return false;
  }

  #decode(bytes: Buffer, start: number, end: number) {
    try {
      return decode(bytes.subarray(start, end), this.#session.protocol);
    } catch (error) {
      this.#malformed(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

const pingreq = Uint8Array.of(0xc0, 0);

/** PUBACK, PUBREC, PUBREL and PUBCOMP of reason 0 are four bytes; those of one read are written at once. */
function acknowledge(sender: Sender, first: number, id: number): void {
  const at = outbox.reserve(sender, 4);
  const { bytes } = outbox;
  bytes[at] = first;
  bytes[at + 1] = 2;
  bytes[at + 2] = id >>> 8;
  bytes[at + 3] = id;
}

export const wire: OpenClient = (session, listener) => new WireClient(session, listener);
