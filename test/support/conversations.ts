import assert from 'node:assert/strict';
import { nowUs } from '../../src/base/clock.ts';
import type { Client, OpenClient, Session } from '../../src/clients/client.ts';
import type { Qos } from '../../src/mqtt/packets.ts';
import { RecordingListener } from './listener.ts';
import { publishing, sessionTo } from './session.ts';

let topics = 0;
const freshTopic = (): string => `contract/${process.pid}/${++topics}`;

/** How the conversations of the contract suites reach a broker. */
export type Line = { readonly open: OpenClient; readonly url: string; readonly session: Partial<Session> };

/** Everything that is told of three publishes of different sizes and their receipts. */
export async function deliver({ open, url, session }: Line, qos: Qos): Promise<void> {
  const told = new RecordingListener();
  const client = open(sessionTo(url, { ...session, username: 'anyone', password: 'anything' }), told);
  const topic = `${freshTopic()}/ä`;
  const beforeUs = nowUs();
  client.connect();
  await told.untilConnected();
  const { openedUs, sessionPresent } = told.connects[0] ?? { openedUs: 0, sessionPresent: true };
  assert.ok(openedUs >= beforeUs && openedUs <= nowUs());
  assert.equal(sessionPresent, false);
  assert.equal(client.connected, true);

  client.subscribe([
    { topicFilter: topic, qos },
    { topicFilter: `${topic}/other`, qos: 0 },
  ]);
  await told.until(() => told.subacks.length === 1, 'SUBACK');
  assert.deepEqual(told.subacks[0]?.codes, [qos, 0]);
  assert.ok((told.subacks[0]?.writtenUs ?? 0) >= openedUs);

  const payloads = [Buffer.alloc(0), Buffer.from('short'), Buffer.alloc(20_000, 'long')];
  const buffer = Buffer.alloc(20_000);
  const sentUs = nowUs();
  for (const [i, payload] of payloads.entries()) {
    payload.copy(buffer);
    const message = publishing(topic, qos, '', i);
    message.payload = buffer.subarray(0, payload.length);
    assert.equal(client.publish(message, sentUs - 1000 - i, sentUs + i), true);
    // The buffer is the caller's again at once.
    buffer.fill('X');
    client.flush();
    await told.until(() => told.messages.length === i + 1, `message ${i}`);
  }
  for (const [i, message] of told.messages.entries()) {
    assert.equal(message.topic, topic);
    assert.ok(message.payload.equals(payloads[i] ?? Buffer.from('none')), `payload ${i}`);
    assert.equal(message.qos, qos);
    assert.equal(message.retain, false);
    assert.ok(message.receivedUs >= sentUs && message.receivedUs <= nowUs());
  }
  await told.until(() => told.acks.length === (qos === 0 ? 0 : payloads.length), 'acknowledgements');
  for (const [i, { pubrecUs, ...ack }] of told.acks.entries()) {
    assert.ok(qos === 2 ? pubrecUs >= sentUs && pubrecUs <= nowUs() : pubrecUs === 0, `PUBREC at ${pubrecUs}`);
    assert.deepEqual(ack, { stream: i, reasonCode: 0, dueUs: sentUs - 1000 - i, writtenUs: sentUs + i });
  }
  assert.equal(client.inFlight, 0);
  assert.ok(client.bytesSent > 20_000 && client.bytesSent < 22_000, `${client.bytesSent} sent`);
  assert.ok(client.bytesReceived > 20_000 && client.bytesReceived < 22_000, `${client.bytesReceived} received`);
  await end(client, told);
}

/** As fast as the client takes them: publishes until it says false, and goes on when it is told `writable`. */
export async function burst({ open, url, session }: Line, qos: Qos): Promise<void> {
  const told = new RecordingListener();
  const client = open(sessionTo(url, { ...session, inFlight: 10 }), told);
  const topic = freshTopic();
  client.connect();
  await told.untilConnected();
  client.subscribe([{ topicFilter: topic, qos }]);
  await told.until(() => told.subacks.length === 1, 'SUBACK');
  const total = 300;
  let sent = 0;
  let deepest = 0;
  const message = publishing(topic, qos, Buffer.alloc(500));
  const go = (): void => {
    while (sent < total) {
      Buffer.from(message.payload.buffer, message.payload.byteOffset).writeUInt32BE(sent);
      if (!client.publish(message, sent, sent)) break;
      sent++;
      deepest = Math.max(deepest, client.inFlight);
    }
    client.flush();
  };
  told.onWritable = go;
  go();
  await told.until(() => told.messages.length >= total && (qos === 0 || told.acks.length >= total), 'all of the burst');
  assert.deepEqual(
    told.messages.map(({ payload }) => payload.readUInt32BE()),
    Array.from({ length: total }, (_, i) => i),
  );
  assert.equal(told.acks.length, qos === 0 ? 0 : total);
  assert.equal(new Set(told.acks.map(({ dueUs }) => dueUs)).size, told.acks.length);
  assert.equal(deepest, qos === 0 ? 0 : 10);
  assert.ok(qos === 0 || (told.writables > 0 && told.writables < total), `${told.writables} times writable`);
  await end(client, told);
  assert.deepEqual(told.abandons, []);
}

/** Connects three times, and is told of each end once. */
export async function reconnect({ open, url, session }: Line): Promise<void> {
  const told = new RecordingListener();
  const client = open(sessionTo(url, session), told);
  for (let times = 1; times <= 3; times++) {
    client.connect();
    await told.untilConnected(times);
    client.subscribe([{ topicFilter: freshTopic(), qos: 1 }]);
    await told.until(() => told.subacks.length === times, 'SUBACK');
    if (times === 2) client.destroy();
    else client.disconnect();
    await told.untilClosed(times);
    assert.equal(client.connected, false);
  }
  assert.deepEqual(
    told.closes.map((close) => close.cause),
    ['ended', 'ended', 'ended'],
  );
  assert.ok(client.bytesReceived >= 3 * 4, 'bytes are those of all connections');
}

async function end(client: Client, told: RecordingListener): Promise<void> {
  client.disconnect();
  await told.untilClosed();
  await new Promise(setImmediate);
  assert.deepEqual(
    told.closes.map(({ cause }) => cause),
    ['ended'],
  );
}
