import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import { startDelayProxy } from '../support/delay-proxy.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { runScenario } from '../support/run-scenario.ts';
import { startCli } from '../support/spawn-cli.ts';
import { stopFor } from '../support/stopper.ts';
import { runStrained, type Strain } from '../support/strained-run.ts';

const skip = mosquittoMissing();

const steady = (url: string, seconds = 4) => `
brokers: [${url}]
warmUp: 1s
duration: ${seconds}s
groups:
  pubs:
    clients: 20
    publish: { topic: "t/{index}", rate: 10/s }
  subs:
    subscribe: { topic: "t/+" }
`;

describe('what keeps a generator from its work is named, with its remedy', { skip }, () => {
  let mosquitto: Mosquitto;
  before(async () => {
    mosquitto = await startMosquitto();
  });
  after(() => mosquitto.stop());

  const strains: readonly [name: string, strain: Strain, verdict: RegExp, reason: RegExp][] = [
    [
      'a blocked event loop',
      { strain: 'spin' },
      /degraded|invalid/,
      /the event loop of worker "thread 1" was blocked for up to [\d.]+ms at a time by work of its own thread: .*give --threads 1/,
    ],
    [
      'a thread that stands still',
      { strain: 'sleep' },
      /degraded|invalid/,
      /worker "thread 1" stood still for up to [\d.]+ms, neither running nor waiting for a CPU: the process was stopped/,
    ],
    [
      'pauses of the garbage collector',
      { strain: 'collect' },
      /degraded|invalid/,
      /worker "thread 1" stood still for up to [\d.]+ms at a time to collect garbage \(GC\).*raise --threads/,
    ],
    [
      'too little memory',
      { strain: 'fill', nodeOptions: ['--max-old-space-size=80'] },
      /degraded|invalid/,
      /worker "thread 1" had filled (8[5-9]|9\d) % of the memory that Node gives it.*NODE_OPTIONS=--max-old-space-size/,
    ],
    [
      'a monotonic clock that jumps',
      { strain: 'jump clock' },
      /invalid/,
      /this machine had its monotonic clock jump [45].*s ahead while it measured.*run again/,
    ],
  ];
  for (const [name, strain, verdict, reason] of strains) {
    test(name, async () => {
      const { trust } = await runStrained(steady(mosquitto.url), strain);
      assert.match(trust.verdict, verdict, trust.reasons.join('\n'));
      assert.match(trust.reasons.join('\n'), reason);
    });
  }

  test('no CPU to run on: busy loops beside it', async (t) => {
    // Three times as many as cores, so that a thread gets a quarter of one.
    const loops = Array.from({ length: 3 * availableParallelism() }, () =>
      spawn(process.execPath, ['-e', 'for (;;);']),
    );
    t.after(() => {
      for (const loop of loops) loop.kill('SIGKILL');
    });
    const busy = steady(mosquitto.url).replace('clients: 20', 'clients: 200');
    const { trust } = await runStrained(busy, {});
    assert.match(trust.verdict, /degraded|invalid/, trust.reasons.join('\n'));
    assert.match(
      trust.reasons.join('\n'),
      /worker "thread 1" was ready to run and had no CPU for \d+ % of the time that it needed one: stop what else runs/,
    );
  });

  test('a thread that runs out of memory: the run is incomplete, with the remedy', async () => {
    const asked: Strain = { strain: 'overfill', nodeOptions: ['--max-old-space-size=80'] };
    const { verdict, exitCode, reasons } = await runStrained(steady(mosquitto.url), asked);
    assert.deepEqual([verdict, exitCode], ['incomplete', 4]);
    assert.match(reasons.join('\n'), /it had filled the memory that Node gives a thread: raise --threads/);
  });

  test('a clock of the system that is set: a warning, for no latency depends on it', async () => {
    const { trust, warnings } = await runStrained(steady(mosquitto.url), { strain: 'set clock' });
    assert.doesNotMatch(trust.reasons.join('\n'), /clock/);
    assert.match(
      warnings.join('\n'),
      /the clock of this machine was set (5|4\.99\d*)s forward .*latencies do not depend on it/,
    );
  });

  for (const qos of [0, 1]) {
    test(`nothing of it where one client publishes as fast as it can at QoS ${qos}, beside its subscriber`, async () => {
      const text = steady(mosquitto.url)
        .replace('clients: 20', 'clients: 1')
        .replace('10/s }', `max, qos: ${qos}, payload: 64B }`);
      const { trust } = await runScenario(text, { backend: 'threads' });
      // Reads may wait for a turn of the loop that writes all the time, but never as long as the run.
      assert.doesNotMatch(trust.reasons.join('\n'), / [1-9][\d.]*s late|stood still for up to [\d.]+[sh]/);
    });
  }

  test('nothing of it where nothing is strained', async () => {
    const { trust, warnings } = await runStrained(steady(mosquitto.url), {});
    assert.doesNotMatch(trust.reasons.join('\n'), /blocked|stood still|garbage|filled|clock/);
    assert.doesNotMatch(warnings.join('\n'), /clock/);
  });
});

describe('a generator that was stopped for a second and a half', { skip }, () => {
  const folder = mkdtempSync(`${tmpdir()}/mqtt-stress-trust-`);
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [more, code] of [
    [[], 4],
    [['--allow-invalid'], 0],
  ] as const) {
    test(`ends with ${code} ${more.join(' ')}, and says why`, async (t) => {
      const mosquitto = await startMosquitto();
      t.after(() => mosquitto.stop());
      const file = join(folder, 'steady.yaml');
      writeFileSync(file, steady(mosquitto.url, 6));
      const running = startCli(['run', file, ...more]);
      await running.said(/measuring/);
      await stopFor(running.child.pid ?? 0, 1500);
      const ended = await running.ended;
      const report = ended.stdout.replaceAll(/\s+/g, ' ');
      assert.equal(ended.code, code, report);
      assert.match(report, /of the publishes were taken up over 100 ms late/);
      assert.match(report, /stood still for up to 1\.\d*s, neither running nor waiting for a CPU/);
    });
  }
});

describe('the embedded broker', () => {
  test('is named as no measure of capacity', async () => {
    const { code, stdout } = await startCli(['run', 'quick-start', '--duration', '2s', '--allow-invalid']).ended;
    assert.equal(code, 0, stdout);
    const report = stdout.replaceAll(/\s+/g, ' ');
    assert.match(
      report,
      /Trust (degraded|invalid).*the embedded broker is for trying out, it is no measure of capacity/,
    );
  });
});

describe('sockets that take no more', () => {
  for (const client of Object.keys(clients)) {
    test(`are the broker's part: named in a warning, and the run stays valid (${client})`, async (t) => {
      // Answers CONNECT, and reads no further.
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => {
          socket.pause();
          socket.write(Uint8Array.of(0x20, 2, 0, 0));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.after(() => server.close());
      const { port } = server.address() as { port: number };
      const result = await runScenario(
        `
brokers: [mqtt://127.0.0.1:${port}]
warmUp: 0s
duration: 3s
drain: 500ms
groups:
  pubs:
    clients: 3
    maxQueued: 10
    publish: { topic: "t/{index}", rate: 40/s, payload: 64KiB }
`,
        { client },
      );
      const reasons = result.trust.reasons.join('\n');
      // Who else uses this machine is another matter.
      assert.ok(result.trust.verdict !== 'invalid' || /had no CPU/.test(reasons), reasons);
      assert.doesNotMatch(reasons, /socket/);
      assert.ok(result.totals.sockets_full.max === 3);
      assert.match(
        result.warnings.join('\n'),
        /never sent: .*held back \(the sockets of up to 3 of them took no more: the broker, or the network to it, reads more slowly/,
      );
    });
  }
});

describe('a subscriber that is slower than what it gets, on the queue limits that Mosquitto has by default', {
  skip,
}, () => {
  for (const client of Object.keys(clients)) {
    test(`loses what was acknowledged: a violation with a hint at the queue limit, not the generator's fault (${client})`, async (t) => {
      const mosquitto = await startMosquitto({ defaultQueues: true });
      t.after(() => mosquitto.stop());
      // 600 ms there and back: 20 in flight and 1,000 queued are not enough for 1,200 messages a second.
      const proxy = await startDelayProxy(mosquitto.port, { ms: 300 }, { ms: 300 });
      t.after(() => proxy.stop());
      const result = await runScenario(
        `
brokers: [${proxy.url}]
warmUp: 0s
duration: 3s
drain: 6s
groups:
  pubs:
    clients: 30
    inFlight: 100
    publish: { topic: "o/{index}", qos: 1, rate: 40/s }
  subs:
    subscribe: { topic: "o/+", qos: 1 }
`,
        { client, backend: 'threads' },
      );
      const { messages_acked: acked, messages_lost: lost } = result.totals;
      assert.equal(acked.count, 3600);
      assert.ok(lost.count > 500, `${lost.count} lost`);
      assert.deepEqual(lost.by, { acked_not_delivered: lost.count });
      assert.deepEqual([result.verdict, result.exitCode], ['failed', 99]);
      assert.match(result.reasons.join('\n'), /a queue limit of the broker \(Mosquitto: max_queued_messages\)/);
      const reasons = result.trust.reasons.join('\n');
      assert.ok(result.trust.verdict !== 'invalid' || /had no CPU/.test(reasons), reasons);
    });
  }
});
