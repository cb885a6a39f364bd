/** Cost: per message one copy into the thread's outbox, a few field stores, and the socket's write. */
import { nowUs } from '../base/clock.ts';
import { encodeDisconnect, warmUp } from '../mqtt/codec.ts';
import type { PacketSink } from '../mqtt/framing.ts';
import { Framing } from '../mqtt/framing.ts';
import { transports } from '../transports/index.ts';
import type { Connection, TransportListener } from '../transports/transport.ts';
import { causeOfError } from './causes.ts';
import type { Client, ClientListener, Filter, OpenClient, Outgoing, Session } from './client.ts';
import { foreignCause } from './foreign.ts';
import { connectPacket, readConnack, readDisconnect } from './handshake.ts';
import { InFlight } from './in-flight.ts';
import { KeepAlive } from './keep-alive.ts';
import { Outbox, type Sender } from './outbox.ts';
import { prepared } from './prepared.ts';
import { Receiver } from './receiver.ts';
import { Subscribing } from './subscribing.ts';

const outbox = new Outbox();

type State = 'closed' | 'opening' | 'waiting' | 'connected' | 'ending' | 'failing';

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
      this.#inFlight ??= new InFlight(this.#window);
      id = this.#inFlight.take(message.qos, message.stream, dueUs, now);
    }
    outbox.publish(this, prepared(message, this.#session.protocol), id, message.payload);
    this.#keepAlive.lastSentUs = now;
    return true;
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
    else if (this.#state !== 'closed' && now - this.#openedUs > this.#session.connectTimeoutMs * 1000)
      this.#fail(this.#state === 'opening' ? 'connect_timeout' : 'connack_timeout');
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
    if (this.#connection === null) return;
    this.#state = 'failing';
    this.#connection.destroy();
  }

  opened(): void {
    this.#state = 'waiting';
    this.#send(connectPacket(this.#session), nowUs());
  }

  data(buffer: Buffer, length: number): void {
    if (this.#cause !== null && this.#state !== 'ending') return;
    this.bytesReceived += length;
    this.#readUs = nowUs();
    const foreign = this.#state === 'waiting' ? foreignCause(buffer, length) : null;
    if (foreign !== null) this.#fail(foreign);
    else if (this.#framing?.feed(buffer, length, this) === false && this.#cause === null) this.#malformed('bad packet');
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
        return this.#suback(bytes.subarray(start, end));
      case 0xe0: {
        const { cause, detail } = readDisconnect(bytes.subarray(start, end), this.#session.protocol);
        this.#fail(cause, detail);
        return false;
      }
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
    if (message.qos === 1) outbox.acknowledge(this, 0x40, id);
    else if (message.qos === 2) outbox.acknowledge(this, 0x50, id);
    if (message.qos !== 0) this.#keepAlive.lastSentUs = this.#readUs;
    if (!this.#receiver.repeated) this.#listener.received(message);
    return true;
  }

  #pubrel(bytes: Buffer, body: number, end: number): boolean {
    if (end - body < 2) return this.#malformed('short PUBREL');
    const id = bytes.readUInt16BE(body);
    this.#receiver?.release(id);
    outbox.acknowledge(this, 0x70, id);
    this.#keepAlive.lastSentUs = this.#readUs;
    return true;
  }

  /** PUBACK, PUBREC, PUBCOMP; without a reason code it is 0 [MQTT-3.4.2.1]. */
  #acknowledged(first: number, bytes: Buffer, body: number, end: number): boolean {
    if (end - body < 2) return this.#malformed('short acknowledgement');
    const id = bytes.readUInt16BE(body);
    const reason = end - body > 2 && this.#session.protocol === '5' ? (bytes[body + 2] as number) : 0;
    const inFlight = this.#inFlight;
    const step = inFlight === null ? 'unknown' : inFlight.answer(first, id, reason);
    if (inFlight === null || step === 'unknown') return this.#malformed(`packet id ${id} does not wait for this`);
    if (step === 'pubrel') {
      outbox.acknowledge(this, 0x62, id);
      this.#keepAlive.lastSentUs = this.#readUs;
      return true;
    }
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
    const answer = readConnack(bytes.subarray(start, end), this.#session);
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

  #suback(packet: Buffer): boolean {
    const writtenUs = this.#subscribing?.writtenUs ?? 0;
    const granted = this.#subscribing?.answered(packet, this.#session.protocol);
    if (granted === undefined) return this.#malformed('SUBACK that answers no SUBSCRIBE');
    this.#listener.subscribed(granted, writtenUs);
    return true;
  }
}

const pingreq = Uint8Array.of(0xc0, 0);
warmUp();

export const wire: OpenClient = (session, listener) => new WireClient(session, listener);
