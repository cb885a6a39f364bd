/** Cost: per message one copy into the thread's outbox, a few field stores, and the socket's write. */
import { noTimeUs, nowUs } from '../base/clock.ts';
import { encodeDisconnect, pingreq, warmUp } from '../mqtt/codec.ts';
import type { PacketSink } from '../mqtt/framing.ts';
import { Framing } from '../mqtt/framing.ts';
import type { Connection, Transport, TransportListener } from '../transports/transport.ts';
import { causeOfError, detailOf } from './causes.ts';
import type { Client, ClientListener, Filter, OpenClient, Outgoing, Session } from './client.ts';
import { foreignCause } from './foreign.ts';
import { KeepAlive } from './keep-alive.ts';
import type { Limits } from './limits.ts';
import { prepared } from './prepared.ts';
import { Handshake, readConnack, readDisconnect } from './wire/handshake.ts';
import { Outbox, type Sender } from './wire/outbox.ts';
import { Receiving } from './wire/receiving.ts';
import { largestWindow, Subscribing } from './wire/subscribing.ts';
import { Unacknowledged } from './wire/unacknowledged.ts';

const outbox = new Outbox();
warmUp();

type State = 'closed' | 'opening' | 'waiting' | 'connected' | 'ending' | 'failing';

/** A lean MQTT client: own code for framing and PUBLISH with its acknowledgements, mqtt-packet for all that is rare. */
class WireClient implements Client, TransportListener, PacketSink, Sender {
  readonly #session: Session;
  readonly #listener: ClientListener;
  readonly #transport: Transport;
  #connection: Connection | null = null;
  #framing: Framing | null = null;
  #receiving: Receiving | null = null;
  #state: State = 'closed';
  /** Why we are about to be closed, where that is known before the socket says so. */
  #cause: string | null = null;
  #detail: string | undefined;
  #unacknowledged: Unacknowledged | null = null;
  #window: number;
  #maximumPacketSize = Number.POSITIVE_INFINITY;
  readonly #handshake: Handshake;
  #blocked = false;
  /** Somebody was told false by `publish`, or waits for `writable`. */
  #owing = false;
  readonly #keepAlive = new KeepAlive();
  #subscribing: Subscribing | null = null;
  /** Since when the present step of the connection, opening or ending, may take its time. */
  #sinceUs = noTimeUs;
  #readUs = noTimeUs;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(session: Session, listener: ClientListener, transport: Transport) {
    this.#session = session;
    this.#listener = listener;
    this.#transport = transport;
    this.#window = session.inFlight;
    this.#handshake = new Handshake(session);
  }

  get backedUp(): boolean {
    return this.#blocked;
  }

  get connected(): boolean {
    return this.#state === 'connected';
  }

  get inFlight(): number {
    return this.#unacknowledged?.count ?? 0;
  }

  get timeoutCause(): string {
    return this.#state === 'opening' ? 'connect_timeout' : 'connack_timeout';
  }

  connect(fresh = false): void {
    this.#state = 'opening';
    this.#cause = null;
    this.#detail = undefined;
    this.#blocked = false;
    this.#owing = false;
    this.#subscribing = null;
    this.#framing = new Framing();
    this.#sinceUs = nowUs();
    this.#handshake.begin(fresh, this.#sinceUs);
    this.#connection = this.#transport.open(this.#session.target, this);
  }

  subscribe(filters: readonly Filter[]): void {
    this.#subscribing ??= new Subscribing(this.#session.protocol, this.#listener, this);
    this.#subscribing.ask(filters, this.#maximumPacketSize, nowUs());
  }

  publish(message: Outgoing, dueUs: number, now: number): boolean {
    // A full window holds back every QoS, so that the publishes of a client stay in order.
    if (this.#state !== 'connected' || this.#blocked || this.#unacknowledged?.full) {
      this.#owing = true;
      return false;
    }
    const template = prepared(message, this.#session.protocol);
    if (template.header.length + message.payload.length > this.#maximumPacketSize) {
      this.#listener.forbidden(message.stream, dueUs, 'packet_too_large');
      return true;
    }
    if (message.qos === 0) outbox.publish(this, template, 0, message.payload);
    else {
      this.#unacknowledged ??= new Unacknowledged(this.#session, this.#window, this.#listener, this, outbox);
      this.#unacknowledged.publish(message, template, dueUs, now);
    }
    this.#keepAlive.lastSentUs = now;
    return true;
  }

  abandon(): void {
    this.#unacknowledged?.abandon();
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

  write(packet: Uint8Array, now: number): void {
    outbox.flush();
    this.#keepAlive.lastSentUs = now;
    this.send(packet);
  }

  disconnect(endSession = false): void {
    if (this.#state === 'connected') this.write(encodeDisconnect(this.#session.protocol, endSession), nowUs());
    if (this.#connection === null) return;
    this.#state = 'ending';
    this.#cause = 'ended';
    this.#sinceUs = nowUs();
    this.#connection.end();
  }

  destroy(cause = 'ended', detail?: string): void {
    this.#fail(cause, detail);
  }

  check(now: number): void {
    if (this.#state === 'connected') this.#checkConnected(now);
    else if (this.#state !== 'closed' && now - this.#sinceUs > this.#session.connectTimeoutMs * 1000)
      this.#fail(this.timeoutCause);
  }

  #checkConnected(now: number): void {
    if (this.#subscribing?.isLate(now, this.#session.connectTimeoutMs)) this.#fail('suback_timeout');
    const due = this.#keepAlive.check(now);
    if (due === 'ping') this.write(pingreq, now);
    else if (due === 'dead') this.#fail('ping_timeout');
  }

  /** False, which stops the framing. */
  #fail(cause: string, detail?: string): boolean {
    this.#cause ??= cause;
    this.#detail ??= detail;
    if (this.#connection === null) return false;
    this.#state = 'failing';
    this.#connection.destroy();
    return false;
  }

  opened(tcpUs: number, tlsUs: number, webSocketUs: number): void {
    this.#state = 'waiting';
    this.write(this.#handshake.packet(tcpUs, tlsUs, webSocketUs), nowUs());
  }

  data(buffer: Buffer, length: number): void {
    if (this.#cause !== null && this.#state !== 'ending') return;
    this.bytesReceived += length;
    this.#readUs = nowUs();
    const foreign = this.#state === 'waiting' ? foreignCause(buffer, length) : null;
    if (foreign !== null) this.#fail(foreign);
    else if (this.#framing?.feed(buffer, length, this) === false && this.#cause === null) this.#malformed('bad packet');
    outbox.flush();
    // Once a read, however many acknowledgements it brought.
    this.#room();
  }

  #room(): void {
    if (!this.#owing || this.#blocked || this.#state !== 'connected' || this.#unacknowledged?.full) return;
    this.#owing = false;
    this.#listener.writable();
  }

  drained(): void {
    this.#blocked = false;
    this.#room();
  }

  closed(error: NodeJS.ErrnoException | null): void {
    const cause = this.#cause ?? (error === null ? 'connection_closed' : causeOfError(error));
    this.#state = 'closed';
    this.#connection = null;
    this.#framing = null;
    outbox.discard(this);
    if (!this.#session.resumes) this.#forget();
    this.#listener.closed(cause, this.#detail ?? detailOf(error));
  }

  /** The session is over: what it waited for never comes. */
  #forget(): void {
    this.#receiving = null;
    this.abandon();
  }

  /** What framing finds. The first byte holds the type and its flags [MQTT-2.1.3-1]. */
  packet(bytes: Buffer, start: number, body: number, end: number): boolean {
    const first = bytes[start] as number;
    if (this.#state !== 'connected') return this.#beforeConnected(first, bytes, start, end);
    if (first >= 0x30 && first < 0x40) return this.#publish(first, bytes, body, end);
    switch (first) {
      case 0x40:
      case 0x50:
      case 0x62:
      case 0x70:
        return this.#acknowledged(first, bytes, body, end);
      case 0xd0:
        this.#keepAlive.answered(this.#readUs, this.#listener);
        return true;
      case 0x90:
        return (
          this.#subscribing?.answered(bytes.subarray(start, end), this.#readUs) ||
          this.#malformed('SUBACK that answers no SUBSCRIBE')
        );
      case 0xe0:
        return this.#fail(...readDisconnect(bytes.subarray(start, end), this.#session.protocol));
      default:
        return this.#malformed(`unexpected packet 0x${first.toString(16)}`);
    }
  }

  #malformed(detail: string): boolean {
    return this.#fail('broker_protocol_error', detail);
  }

  #publish(first: number, bytes: Buffer, body: number, end: number): boolean {
    const qos = this.#receive().publish(first, bytes, body, end, this.#readUs);
    if (qos > 0) this.#keepAlive.lastSentUs = this.#readUs;
    return qos >= 0 || this.#malformed('malformed PUBLISH');
  }

  #receive(): Receiving {
    this.#receiving ??= new Receiving(this.#session.protocol, this.#listener, this, outbox);
    return this.#receiving;
  }

  /** PUBACK, PUBREC, PUBREL, PUBCOMP; without a reason code it is 0 [MQTT-3.4.2.1]. */
  #acknowledged(first: number, bytes: Buffer, body: number, end: number): boolean {
    if (end - body < 2) return this.#malformed('short acknowledgement');
    const id = bytes.readUInt16BE(body);
    const reason = end - body > 2 && this.#session.protocol === '5' ? (bytes[body + 2] as number) : 0;
    // Only PUBREC and PUBREL are answered in their turn.
    if (first === 0x50 || first === 0x62) this.#keepAlive.lastSentUs = this.#readUs;
    if (first === 0x62) {
      this.#receive().released(id);
      return true;
    }
    if (this.#unacknowledged?.answered(first, id, reason, this.#readUs)) return true;
    return this.#malformed(`packet id ${id} does not wait for this`);
  }

  #beforeConnected(first: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#state === 'ending') return true;
    if (first !== 0x20) return this.#malformed(`packet 0x${first.toString(16)} before CONNACK`);
    const answer = readConnack(bytes.subarray(start, end), this.#session.protocol);
    if ('refused' in answer) return this.#fail(answer.refused, answer.detail);
    this.#welcomed(answer.sessionPresent, answer.limits);
    return true;
  }

  #welcomed(sessionPresent: boolean, limits: Limits): void {
    const { inFlight, keepAliveS } = this.#session;
    const { welcome, resumed } = this.#handshake.accepted(sessionPresent, limits);
    this.#state = 'connected';
    this.#keepAlive.start((limits.keepAliveS ?? keepAliveS) * 1e6, this.#readUs);
    this.#window = Math.min(inFlight, limits.receiveMaximum, largestWindow);
    this.#maximumPacketSize = limits.maximumPacketSize;
    if (!resumed) this.#forget();
    // Before anybody can publish anything new.
    this.#unacknowledged?.begin(this.#window, resumed);
    this.#listener.connected(welcome);
    outbox.flush();
  }
}

export function wireOver(transportOf: (url: string) => Transport): OpenClient {
  return (session, listener) => new WireClient(session, listener, transportOf(session.target.url));
}
