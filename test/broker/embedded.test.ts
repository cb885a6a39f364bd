import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { extname } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { WebSocket } from 'ws';
import { UserError } from '../../src/base/errors.ts';
import { type EmbeddedBroker, startBroker } from '../../src/broker/broker.ts';
import { clients } from '../../src/clients/index.ts';
import { RecordingListener } from '../support/listener.ts';
import { publishing, sessionTo } from '../support/session.ts';
import { waitFor, within } from '../support/wait-for.ts';

test('the embedded broker listens on a port of its own and is gone after stop', async () => {
  const deaths: string[] = [];
  const broker = await startBroker({ onExit: (how) => deaths.push(how) });
  assert.equal(broker.url, `mqtt://127.0.0.1:${broker.port}`);
  assert.ok(alive(broker.pid));
  assert.match(broker.version, /^Aedes \d+\.\d+\.\d+$/);
  await Promise.all([broker.stop(), broker.stop()]);
  assert.ok(!alive(broker.pid));
  await broker.stop();
  assert.deepEqual(deaths, []);
});

test('the embedded broker takes long client ids of MQTT 3.1, and bursts', async () => {
  const broker = await startBroker();
  const told = new RecordingListener();
  const session = sessionTo(broker.url, { protocol: '3.1', clientId: 'x'.repeat(200), inFlight: 5000 });
  const client = (await clients.mqttjs())(session, told);
  try {
    client.connect();
    await told.untilConnected();
    client.subscribe([{ topicFilter: '#', qos: 2 }]);
    await told.until(() => told.subacks.length === 1, 'SUBACK');
    let sent = 0;
    const message = publishing('burst', 2, 'x');
    told.onWritable = () => {
      while (sent < 3000 && client.publish(message, 0, 0)) sent++;
    };
    told.onWritable();
    await told.until(() => told.acks.length === 3000 && told.messages.length === 3000, 'the burst', 20_000);
  } finally {
    client.destroy();
    await broker.stop();
  }
});

for (const [name, load] of Object.entries(clients)) {
  test(`the embedded broker refuses MQTT 5, and ${name} knows the name of the refusal`, async () => {
    const broker = await startBroker();
    const told = new RecordingListener();
    const client = (await load(['mqtt']))(sessionTo(broker.url, { protocol: '5' }), told);
    client.connect();
    await told.untilClosed();
    assert.equal(told.closes[0]?.cause, 'unacceptable_protocol_version');
    await broker.stop();
  });
}

test('an embedded broker that cannot listen is an error with a way out', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await assert.rejects(startBroker({ port }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /could not start: .*EADDRINUSE/);
    assert.match(error.hint ?? '', /another port/);
    return true;
  });
  taken.close();
});

test('an embedded broker is asked for a port that can be one', async () => {
  for (const wrong of [{ port: 99_999 }, { port: 1.5 }, { port: Number.NaN }, { ws: -1 }]) {
    const [[name = '', value] = []] = Object.entries(wrong);
    await assert.rejects(startBroker(wrong), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.exitCode, 2);
      assert.equal(error.message, `${name} must be a whole number from 0 to 65535, but is ${value}`);
      return true;
    });
  }
});

test('the embedded broker takes WebSockets where asked, and only those that offer the subprotocol mqtt [MQTT-6.0.0-3]', async () => {
  const broker = await startBroker({ ws: true });
  try {
    const { wsUrl = '' } = broker;
    const client = await connectAsync(wsUrl);
    await client.publishAsync('a', 'b', { qos: 1 });
    await client.endAsync();
    const foreign = new WebSocket(wsUrl);
    const [code, reason] = (await within(once(foreign, 'close'), 'the close')) as [number, Buffer];
    assert.deepEqual([code, reason.toString()], [1002, 'the subprotocol mqtt is missing']);
  } finally {
    await broker.stop();
  }
  assert.equal((await stopped(startBroker())).wsUrl, undefined);
});

test('the death of the embedded broker is told', async () => {
  const { promise, resolve } = deferred<string>();
  const broker = await startBroker({ onExit: resolve });
  process.kill(broker.pid, 'SIGKILL');
  assert.equal(await within(promise, 'onExit'), 'it was ended by SIGKILL');
  await broker.stop();
});

test('the embedded broker ignores the Ctrl-C that goes to the whole foreground group', async () => {
  const broker = await startBroker();
  process.kill(broker.pid, 'SIGINT');
  const told = new RecordingListener();
  const client = (await clients.mqttjs())(sessionTo(broker.url), told);
  client.connect();
  await told.untilConnected();
  client.destroy();
  await broker.stop();
});

test('the embedded broker dies with its parent, even by SIGKILL, and writes nothing to its terminal', async () => {
  const file = fileURLToPath(new URL(`../support/broker-parent${extname(import.meta.url)}`, import.meta.url));
  const parent = fork(file, [], { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  assert.ok(parent.stdout !== null && parent.stderr !== null);
  const errors = text(parent.stderr);
  const [line] = (await within(once(parent.stdout, 'data'), 'the broker of the child')) as [Buffer];
  const { pid } = JSON.parse(line.toString()) as { pid: number };
  assert.ok(alive(pid));
  parent.kill('SIGKILL');
  await waitFor(() => !alive(pid), 'the end of the broker');
  assert.equal(await errors, '');
});

async function stopped(starting: Promise<EmbeddedBroker>): Promise<EmbeddedBroker> {
  const broker = await starting;
  await broker.stop();
  return broker;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
