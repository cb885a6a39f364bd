import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import type { Backend } from '../../src/backends/backend.ts';
import { threadsOf } from '../../src/backends/threads.ts';
import { clients } from '../../src/clients/index.ts';
import type { Progress } from '../../src/metrics/snapshot.ts';
import { noProgress } from '../../src/metrics/snapshot.ts';
import type { Result, TimeResult } from '../../src/verdict/result.ts';
import { type Delay, type DelayProxy, type Passed, startDelayProxy } from '../support/delay-proxy.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { runScenario } from '../support/run-scenario.ts';
import { stopFor } from '../support/stopper.ts';

// The latencies that this program tells against the log of a proxy that made them, in a process of its own.

const skip = mosquittoMissing();
const qualities = [0, 1, 2] as const;
const periodUs = 50_000;
/** On a machine that others use too, a run counts only while timers of a process that does nothing are no later than this. */
const quietMs = 3;
const tries = 6;
/** What is wrong by itself is wrong in every quiet run; what only this machine did to a reader is not. */
const quietTries = 3;

/** 480 messages a second, each QoS with a subscriber of its own. */
const scenario = (url: string, seconds: number) => `
brokers: [${url}]
warmUp: 1s
duration: ${seconds}s
drain: 3s
groups:
${qualities
  .map(
    (qos) => `  pubs${qos}:
    clients: 8
    publish: { topic: "q${qos}/{index}", qos: ${qos}, rate: 20/s, payload: 64B }
  subs${qos}:
    subscribe: { topic: "q${qos}/+", qos: ${qos} }
`,
  )
  .join('')}`;

type Run = { readonly result: Result; readonly passed: readonly Passed[]; readonly lateMs: number };

/** What passed while it measured, by due time. */
async function measure(
  proxy: DelayProxy,
  client: string,
  threads: number,
  seconds: number,
  begun = () => {},
  backend: 'threads' | Backend = 'threads',
): Promise<Run> {
  let window: Progress = noProgress;
  let measured = 0;
  const result = await runScenario(scenario(proxy.url, seconds), {
    backend,
    workers: threads,
    client,
    second({ phase, progress }) {
      if (phase === 'measuring' && measured++ === 0) begun();
      if (progress.windowFromUs > 0) window = progress;
    },
  });
  const { windowFromUs: fromUs, windowToUs: toUs } = window;
  const { passed, lateMs } = await proxy.log();
  const due = passed.filter(({ dueUs }) => dueUs >= fromUs && dueUs < toUs);
  return { result, passed: due, lateMs: Math.max(...lateMs) };
}

const delivered = ({ passed }: Run, qos: number) =>
  passed.filter((one) => one.qos === qos).map(({ inUs, outUs }) => outUs - inUs);

type Figures = { readonly p50: number; readonly p99: number; readonly max: number };

function figuresOf(us: readonly number[]): Figures {
  const sorted = [...us].sort((one, other) => one - other);
  const at = (share: number) => (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0) / 1000;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Where what was told is farther from the truth than 2 % and than 1 ms. */
function errors(what: string, told: TimeResult | undefined, us: readonly number[]): string[] {
  if (told?.count !== us.length) return [`${what}: ${told?.count} were told, ${us.length} passed`];
  const truth = figuresOf(us);
  return (['p50', 'p99', 'max'] as const)
    .filter((name) => Math.abs(told[name] - truth[name]) > Math.max(1, 0.02 * truth[name]))
    .map((name) => `${what} ${name}: told ${told[name]} ms, it was ${truth[name]} ms`);
}

function allErrors({ result, passed }: Run): string[] {
  return qualities.flatMap((qos) => {
    const of = passed.filter((message) => message.qos === qos);
    const { [`subs${qos}`]: subs, [`pubs${qos}`]: pubs } = result.groups;
    const delivery = of.map(({ dueUs, outUs }) => outUs - dueUs);
    const publish = of.map(({ dueUs, ackUs }) => ackUs - dueUs);
    return [
      ...errors(`QoS ${qos} delivery_time`, subs?.delivery_time, delivery),
      ...(qos === 0 ? [] : errors(`QoS ${qos} publish_time`, pubs?.publish_time, publish)),
    ];
  });
}

/** Due times are those of the rate, to the microsecond, and no message came before its own. */
function assertDues(passed: readonly Passed[]): void {
  for (const number of new Set(passed.map(({ stream }) => stream))) {
    const messages = passed.filter(({ stream }) => stream === number);
    const dues = messages.map(({ dueUs }) => dueUs).sort((one, other) => one - other);
    for (let i = 1; i < dues.length; i++) assert.ok(Math.abs((dues[i] ?? 0) - (dues[0] ?? 0) - i * periodUs) <= 1);
  }
  for (const { dueUs, inUs } of passed) assert.ok(inUs >= dueUs);
}

/** A run on a quiet machine that agrees with the log; undefined: it was never quiet. */
async function agrees(t: TestContext, run: () => Promise<Run>): Promise<Run | undefined> {
  const noise: number[] = [];
  let quiet = 0;
  while (noise.length < tries) {
    const one = await run();
    assert.equal(one.result.totals.messages_lost.count, 0);
    assertDues(one.passed);
    const wrong = allErrors(one);
    if (wrong.length === 0) return one;
    if (one.lateMs <= quietMs) quiet++;
    assert.ok(quiet < quietTries, `in ${quiet} quiet runs, in the last: ${wrong.join('; ')}`);
    noise.push(one.lateMs);
  }
  t.skip(`too noisy a machine: in ${tries} runs timers were up to ${noise.join(', ')} ms late`);
  return undefined;
}

const delays: readonly [name: string, up: Delay, down: Delay][] = [
  ['50 ms each way', { ms: 50 }, { ms: 50 }],
  ['30 to 60 ms each way', { ms: 30, jitterMs: 30 }, { ms: 30, jitterMs: 30 }],
  ['80 ms on the way up', { ms: 80 }, { ms: 0 }],
  ['80 ms on the way down', { ms: 0 }, { ms: 80 }],
];

/** Ways up and down that a delivery takes, and its acknowledgement: Mosquitto forwards QoS 2 after PUBREL. */
const legs = [
  { delivery: [1, 1], publish: undefined },
  { delivery: [1, 1], publish: [1, 1] },
  { delivery: [2, 2], publish: [2, 2] },
] as const;

describe('p50, p99 and max are those of the log of a proxy that delays by', { skip }, () => {
  for (const [name, up, down] of delays) {
    for (const client of Object.keys(clients)) {
      for (const threads of [1, 2]) {
        test(`${name} (${client}, ${threads} thread${threads > 1 ? 's' : ''})`, async (t) => {
          const mosquitto = await startMosquitto();
          t.after(() => mosquitto.stop());
          const run = await agrees(t, async () => {
            const proxy = await startDelayProxy(mosquitto.port, up, down);
            try {
              return await measure(proxy, client, threads, 2);
            } finally {
              await proxy.stop();
            }
          });
          if (run === undefined) return;
          for (const qos of qualities) {
            const { delivery } = legs[qos];
            const least = (delivery[0] - 1) * up.ms + up.ms + delivery[1] * down.ms;
            const { p50 } = figuresOf(delivered(run, qos));
            const most = least + (delivery[0] * (up.jitterMs ?? 0) + delivery[1] * (down.jitterMs ?? 0));
            assert.ok(p50 >= least && p50 <= most + 10, `QoS ${qos}: ${p50} ms are not its ${delivery} legs`);
          }
        });
      }
    }
  }
});

describe('a broker that is stopped for 700 ms', { skip }, () => {
  for (const client of Object.keys(clients)) {
    test(`is in p99 and max, as the log and the stop itself say (${client})`, async (t) => {
      const mosquitto = await startMosquitto();
      t.after(() => mosquitto.stop());
      let stop = Promise.resolve({ stoppedUs: 0, resumedUs: 0 });
      const run = await agrees(t, async () => {
        const proxy = await startDelayProxy(mosquitto.port, { ms: 0 }, { ms: 0 });
        try {
          return await measure(proxy, client, 2, 4, () => {
            stop = stopFor(mosquitto.pid, 700);
          });
        } finally {
          await proxy.stop();
        }
      });
      if (run === undefined) return;
      const { passed, result } = run;
      const { stoppedUs, resumedUs } = await stop;
      const held = passed.filter(({ inUs, outUs }) => inUs > stoppedUs && inUs < resumedUs && outUs >= resumedUs);
      assert.ok(held.length > 250, `${held.length} messages were held`);
      const longestMs = (resumedUs - stoppedUs) / 1000;
      const { max } = result.totals.delivery_time as TimeResult;
      assert.ok(max > longestMs - 20 && max < longestMs + 50, `max ${max} ms, stopped for ${longestMs} ms`);
    });
  }
});

describe('a publisher thread that is blocked for 150 ms once a second, its subscriber on another', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-clock-'));
  after(() => {
    for (const name of ['STRAIN', 'STRAINED_WORKER', 'STRAIN_LOG']) delete process.env[name];
    rmSync(folder, { recursive: true, force: true });
  });

  for (const client of Object.keys(clients)) {
    test(`is in schedule_lag and in the latencies, as the log and the blocks themselves say (${client})`, async (t) => {
      const mosquitto = await startMosquitto();
      t.after(() => mosquitto.stop());
      const log = join(folder, `${client}.log`);
      // Of every group the clients of even number are in thread 1, so all subscribers, and the others in thread 2.
      Object.assign(process.env, { STRAIN: 'spin', STRAINED_WORKER: 'thread 2', STRAIN_LOG: log });
      const backend = threadsOf(new URL('../support/strained-thread.js', import.meta.url));
      const run = await agrees(t, async () => {
        writeFileSync(log, '');
        const proxy = await startDelayProxy(mosquitto.port, { ms: 0 }, { ms: 0 });
        try {
          return await measure(proxy, client, 2, 4, undefined, backend);
        } finally {
          await proxy.stop();
        }
      });
      if (run === undefined) return;
      const blocks = readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as [number, number]);
      const late = run.passed
        .filter(({ stream }) => stream % 2 === 1)
        .flatMap(({ dueUs, inUs }) =>
          blocks
            .filter(([fromUs, toUs]) => dueUs > fromUs && dueUs < toUs)
            .map(([, toUs]) => ({ lagUs: toUs - dueUs, inUs, toUs })),
        );
      assert.ok(late.length > 50, `${late.length} were due in a block`);
      for (const { inUs, toUs } of late) assert.ok(inUs >= toUs);
      const lagMs = Math.max(...late.map(({ lagUs }) => lagUs)) / 1000;
      const { max = 0 } = run.result.totals.schedule_lag ?? {};
      assert.ok(Math.abs(max - lagMs) <= Math.max(1, 0.02 * lagMs), `told ${max} ms, it was ${lagMs} ms`);
      assert.notEqual(run.result.trust.verdict, 'trustworthy');
    });
  }
});
