import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { clients } from '../../src/clients/index.ts';
import { sys } from '../../src/observers/sys.ts';
import type { ObservedResult, Result } from '../../src/verdict/result.ts';
import { freePort } from '../support/free-port.ts';
import { RecordingListener } from '../support/listener.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { overall, runScenario } from '../support/run-scenario.ts';
import { publishing, sessionTo } from '../support/session.ts';

const skip = mosquittoMissing();

const scenario = (url: string, observe: string, publish = '{ topic: "o/{index}", qos: 1, rate: 20/s }') => `
brokers: [ { name: north, url: "${url}", observe: ${observe} } ]
warmUp: 1s
duration: 3s
drain: 2s
groups:
  pubs:
    clients: 10
    connect: { within: 2s }
    publish: ${publish}
  subs:
    clients: 2
    connect: { within: 2s }
    subscribe: { topic: "o/#", qos: 1 }
`;

function seenBy(result: Result, observer = '$SYS'): ObservedResult {
  const found = result.brokers['north']?.observed?.find((one) => one.observer === observer);
  return found ?? assert.fail(`no ${observer}`);
}

describe('$SYS of Mosquitto', { skip }, () => {
  let mosquitto: Mosquitto;
  before(async () => {
    mosquitto = await startMosquitto();
  });
  after(() => mosquitto.stop());

  for (const [name, backend, workers] of [
    ['in one thread', 'inline', 1],
    ['over two threads', 'threads', 2],
  ] as const) {
    test(`counts the messages and bytes that we count, at QoS 0 and 1, ${name}`, async () => {
      const publish = '[ { topic: "o/0/{index}", rate: 20/s }, { topic: "o/1/{index}", qos: 1, rate: 20/s } ]';
      const result = await runScenario(scenario(mosquitto.url, '$SYS', publish), { backend, workers });
      const { counters, gauges, notes, source } = seenBy(result);
      assert.match(source, /^\$SYS of mosquitto version [0-9.]+, renewed every [0-9.]+s$/);
      assert.deepEqual(notes, []);
      const sent = overall(result, 'messages_sent');
      assert.equal(sent, 2 * 10 * 20 * 4);
      assert.deepEqual([counters.messagesReceived?.total, counters.messagesReceived?.ours], [sent, sent]);
      assert.deepEqual([counters.messagesSent?.total, counters.messagesSent?.ours], [2 * sent, 2 * sent]);
      assert.equal(counters.bytesReceived?.total, result.totals.bytes_sent.count);
      assert.equal(counters.bytesSent?.total, result.totals.bytes_received.count);
      assert.ok(Object.values(counters).every(({ agrees }) => agrees !== false));
      assert.equal(gauges.clientsConnected?.max, 12);
      assert.ok((gauges.receivedPerMinute?.last ?? 0) > 0);
    });
  }

  test('stands beside our counts second by second, where there was a reading', async () => {
    const { series } = await runScenario(scenario(mosquitto.url, '$SYS'));
    const read = series.filter(({ phase, observed }) => phase === 'measuring' && observed !== undefined);
    assert.ok(read.length >= 1);
    for (const { observed, counts } of read) {
      const rate = observed?.['north']?.messagesReceived ?? 0;
      assert.ok(Math.abs(rate - 200) < 60, `${rate} beside ${counts.messages_sent}`);
    }
  });

  test('that has a second publisher does not agree, and the report says so', async () => {
    const open = await clients.wire(['mqtt']);
    const told = new RecordingListener();
    const stranger = open(sessionTo(mosquitto.url), told);
    stranger.connect();
    await told.untilConnected();
    let measured = 0;
    const result = await runScenario(scenario(mosquitto.url, '$SYS'), {
      second({ phase }) {
        if (phase !== 'measuring' || ++measured !== 1) return;
        for (let n = 0; n < 50; n++) stranger.publish(publishing('elsewhere', 0, 'x'), 0, 0);
        stranger.flush();
      },
    });
    stranger.destroy();
    const { counters, notes } = seenBy(result);
    const { total = 0, ours = 0, agrees } = counters.messagesReceived ?? {};
    assert.deepEqual([total - ours, agrees], [50, false]);
    assert.equal(counters.messagesSent?.agrees, true);
    assert.match(
      notes.join('\n'),
      /the broker received 50 messages more than this run sent to it \(6\.25 %\): somebody/,
    );
    // It is shown, and fails nothing.
    assert.equal(result.exitCode, 0);
  });

  test('that stands for two entries is held against both, and comes to rest beside both observers', async () => {
    const other = mosquitto.url.replace('127.0.0.1', 'localhost');
    const twice = scenario(mosquitto.url, '$SYS').replace(' ]', `, { name: south, url: "${other}", observe: $SYS } ]`);
    const result = await runScenario(twice);
    for (const name of ['north', 'south']) {
      const { counters, notes } = result.brokers[name]?.observed?.[0] ?? assert.fail(`no ${name}`);
      const sent = overall(result, 'messages_sent');
      assert.deepEqual([counters.messagesReceived?.total, counters.messagesReceived?.ours], [sent, sent]);
      assert.equal(counters.bytesReceived?.agrees, true);
      assert.match(notes[0] ?? '', /this run did on \w+, \w+ together/);
      assert.doesNotMatch(notes.join('\n'), /somebody else sends|did not come to rest/);
    }
  });

  test('that leaves QoS 2 out of what it received is compared without it, and says so', async (t) => {
    const publish = '[ { topic: "o/1/{index}", qos: 1, rate: 10/s }, { topic: "o/2/{index}", qos: 2, rate: 10/s } ]';
    const { counters, notes, source } = seenBy(await runScenario(scenario(mosquitto.url, '$SYS', publish)));
    const [, patch] = /version 2\.0\.([0-9]+)/.exec(source) ?? [];
    if (patch === undefined || Number(patch) > 14) return t.skip('this Mosquitto counts QoS 2');
    assert.deepEqual([counters.messagesReceived?.total, counters.messagesReceived?.ours], [400, 400]);
    assert.match(notes.join('\n'), /messages in are those of QoS 0 and 1: before 2\.0\.15 Mosquitto/);
  });

  test('is not compared where the broker died in between, which costs the run nothing', async (t) => {
    const mortal = await startMosquitto();
    t.after(() => mortal.stop());
    let measured = 0;
    const result = await runScenario(scenario(mortal.url, '$SYS', '{ topic: "o/{index}", rate: 20/s }'), {
      second({ phase }) {
        if (phase === 'measuring' && ++measured === 1) void mortal.kill9().then(() => mortal.restart());
      },
    });
    const { counters, notes } = seenBy(result);
    assert.match(notes.join('\n'), /it lost its connection: connection_(closed|reset)/);
    assert.equal(counters.messagesReceived, undefined);
    assert.notEqual(result.totals.reconnects.count, 0);
  });
});

describe('a broker that tells nothing of itself', { skip }, () => {
  const notesOf = async (url: string) => {
    const observer = sys.open({ name: 'north', target: { url } }, '$SYS', {
      tag: 'abc1234',
      protocol: '3.1.1',
      patienceMs: 2500,
    });
    const never = new AbortController().signal;
    await observer.begin(never);
    const { notes, whole } = await observer.end(never);
    assert.equal(whole, false);
    assert.equal(notes.length, 1);
    return notes[0] ?? '';
  };

  test('because it is embedded, is told in one line', async (t) => {
    const broker = await startBroker();
    t.after(() => broker.stop());
    assert.match(await notesOf(broker.url), /^the broker publishes nothing below \$SYS that is known here/);
  });

  test('because $SYS is off, too', async (t) => {
    const quiet = await startMosquitto({ lines: ['sys_interval 0'] });
    t.after(() => quiet.stop());
    assert.match(await notesOf(quiet.url), /Mosquitto: sys_interval 0, or an ACL/);
  });

  test('because of an ACL, too', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-acl-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'acl'), 'topic readwrite o/#\n', { mode: 0o600 });
    const strict = await startMosquitto({ lines: [`acl_file ${join(folder, 'acl')}`] });
    t.after(() => strict.stop());
    assert.match(await notesOf(strict.url), /refuses subscriptions below \$SYS|publishes nothing below \$SYS.*an ACL/);
  });

  test('so rarely that it is not waited for, too', async (t) => {
    const slow = await startMosquitto({ lines: ['sys_interval 60'] });
    t.after(() => slow.stop());
    assert.match(await notesOf(slow.url), /did not renew \$SYS within 2\.5s before the run.*sys_interval/);
  });

  test('because it is not there, too', async () => {
    assert.match(await notesOf(`mqtt://127.0.0.1:${await freePort()}`), /^it could not connect: connection_refused/);
  });
});

describe('the process of a broker', {
  skip: skip || (process.platform === 'linux' ? false : '/proc is of Linux'),
}, () => {
  const ticksOf = (pid: number) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };

  for (const by of ['pid', 'port'] as const) {
    test(`found by its ${by}, has used the CPU time that /proc says`, async (t) => {
      const mosquitto = await startMosquitto();
      t.after(() => mosquitto.stop());
      const beforeS = ticksOf(mosquitto.pid) / 100;
      const publish = '{ topic: "o/{index}", qos: 0, rate: 200/s }';
      const result = await runScenario(scenario(mosquitto.url, `{ ${by}: ${mosquitto[by]} }`, publish));
      const { source, counters, gauges, notes } = seenBy(result, 'process');
      const usedS = ticksOf(mosquitto.pid) / 100 - beforeS;
      assert.equal(source, `process ${mosquitto.pid} (mosquitto)`);
      assert.deepEqual(notes, []);
      assert.ok(usedS > 0.02);
      assert.ok(
        Math.abs((counters.cpuSeconds?.total ?? 0) - usedS) <= 0.02,
        `${counters.cpuSeconds?.total} of ${usedS}`,
      );
      assert.ok((counters.cpuSeconds?.rate ?? 0) > 0);
      assert.ok((gauges.memoryBytes?.last ?? 0) > 1e6);
      const seconds = result.series.filter(({ observed }) => observed?.['north']?.cpuSeconds !== undefined);
      assert.ok(seconds.filter(({ phase }) => phase === 'measuring').length >= 2);
    });
  }

  test('that nobody is, or that ends, costs the run nothing', async (t) => {
    const mosquitto = await startMosquitto();
    t.after(() => mosquitto.stop());
    const port = await freePort();
    const result = await runScenario(scenario(mosquitto.url, `{ port: ${port} }`));
    assert.deepEqual(seenBy(result, 'process').notes, [`nothing listens on port ${port} of this machine`]);
    assert.equal(result.exitCode, 0);
  });
});
