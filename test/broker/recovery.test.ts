import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nowUs } from '../../src/base/clock.ts';
import { clients } from '../../src/clients/index.ts';
import type { OutageResult, Result } from '../../src/verdict/result.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { assertEquations, runScenario } from '../support/run-scenario.ts';

const skip = mosquittoMissing();

const pubs = 20;
const subs = 4;
const all = pubs + subs;
const upToMs = 800;
/** What the machine may be late: a restart is no matter of microseconds. */
const slackMs = 500;

function scenario(url: string, session: string): string {
  const settings = `protocol: 5, session: ${session}, reconnect: { after: 400ms, upTo: ${upToMs}ms, jitter: 100% }`;
  return `
brokers: [${url}]
warmUp: 0s
duration: 5s
drain: 2s
groups:
  pubs: { clients: ${pubs}, ${settings}, publish: { topic: "r/{index}", qos: 1, rate: 20/s } }
  subs: { clients: ${subs}, ${settings}, subscribe: { topic: "r/+", qos: 1 } }
`;
}

type Way = { readonly client: string; readonly workers: number; readonly session?: string };

/** Runs the load; `at` is called with each second measured, and with the instant from which the report counts. */
async function measured(url: string, { client, workers, session = 'clean' }: Way, at: (second: number) => void) {
  let startUs = 0;
  let second = 0;
  const result = await runScenario(scenario(url, session), {
    backend: workers === 1 ? 'inline' : 'threads',
    workers,
    client,
    second({ phase, progress }) {
      if (phase !== 'measuring') return;
      startUs = progress.windowFromUs;
      at(++second);
    },
  });
  return { result, ms: (us: number) => (us - startUs) / 1000 };
}

type Restart = {
  readonly result: Result;
  readonly outage: OutageResult;
  /** What the test did, ms from the start of the load. */
  readonly signalled: number;
  readonly dead: number;
  readonly spawned: number;
  readonly listening: number;
};

/** Ends the broker after the second second, and starts it again after the third. */
async function throughRestart(
  way: Way,
  end: (mosquitto: Mosquitto) => Promise<void>,
  persistence = false,
): Promise<Restart> {
  const mosquitto = await startMosquitto({ persistence });
  const instants = { signalled: 0, dead: 0, spawned: 0, listening: 0 };
  const { result, ms } = await measured(mosquitto.url, way, (second) => {
    if (second === 2) {
      instants.signalled = nowUs();
      void end(mosquitto).then(() => {
        instants.dead = nowUs();
      });
    } else if (second === 3) {
      instants.spawned = nowUs();
      void mosquitto.restart().then(() => {
        instants.listening = nowUs();
      });
    }
  });
  await mosquitto.stop();
  const [outage, ...more] = result.outages;
  assert.ok(outage !== undefined && more.length === 0, JSON.stringify(result.outages));
  const { signalled, dead, spawned, listening } = instants;
  return { result, outage, signalled: ms(signalled), dead: ms(dead), spawned: ms(spawned), listening: ms(listening) };
}

function assertBetween(value: number | undefined, least: number, most: number, what: string): void {
  assert.ok(value !== undefined && value >= least && value <= most, `${what}: ${value} is not in ${least} to ${most}`);
}

/** All clients were lost when the broker ended, and came back when it had started. */
function assertAgrees({ result, outage, signalled, dead, spawned, listening }: Restart): void {
  const told = JSON.stringify({ outage, signalled, dead, spawned, listening });
  assertEquations(result);
  assert.deepEqual([outage.clients, outage.losses, outage.gone, outage.missing], [all, all, 0, 0], told);
  // 400 messages a second are acknowledged and delivered: the last one is not far from the end.
  assertBetween(outage.lastGood, signalled - slackMs, dead + slackMs, `last good message, ${told}`);
  assertBetween(outage.detected.first, signalled, dead + slackMs, `first notice, ${told}`);
  assertBetween(outage.detected.last, outage.detected.first, dead + slackMs, `last notice, ${told}`);
  assert.ok((outage.lastGood ?? 0) <= outage.detected.last, told);
  assertBetween(outage.firstReconnect, spawned, listening + upToMs + slackMs, `first reconnect, ${told}`);
  const { p50 = 0, p90 = 0, p100 = 0 } = outage.back;
  assert.ok((outage.firstReconnect ?? 0) <= p50 && p50 <= p90 && p90 <= p100, told);
  assertBetween(p100, p90, listening + upToMs + slackMs, `all back, ${told}`);
  // A receipt is timed at the start of its read, which may have brought CONNACK too; and MQTT.js says that it is connected a moment
  // after that, when it has sent again what was under way.
  assertBetween(outage.acknowledged, (outage.firstReconnect ?? 0) - 50, p100 + slackMs, `acknowledged again, ${told}`);
  assertBetween(
    outage.delivered,
    (outage.firstReconnect ?? 0) - 50,
    p100 + upToMs + slackMs,
    `delivered again, ${told}`,
  );
  assert.equal(outage.givenUp, result.totals.publish_errors.by?.['session_lost'] ?? 0);
  assert.equal(outage.lost, result.totals.messages_lost.count);
}

for (const client of Object.keys(clients)) {
  for (const workers of [1, 2]) {
    const way = { client, workers };
    describe(`recovery on Mosquitto, client ${client}, ${workers} thread${workers === 1 ? '' : 's'}`, {
      skip,
      concurrency: 2,
    }, () => {
      test('SIGKILL and a new start: the report agrees with what was done, and with what was lost', async () => {
        const session = workers === 2 ? '{ expiry: 1h }' : 'clean';
        const restart = await throughRestart({ ...way, session }, (mosquitto) => mosquitto.kill9());
        assertAgrees(restart);
        assert.deepEqual(restart.outage.sessions, workers === 2 ? { present: 0, of: all } : undefined);
      });

      // Once for each client is enough of what differs by the broker alone.
      if (workers === 2) {
        test('SIGTERM and a new start with persistence: all sessions are present, and nothing is lost', async () => {
          const keeping = { ...way, session: '{ expiry: 1h }' };
          const restart = await throughRestart(keeping, (mosquitto) => mosquitto.shutDown(), true);
          assertAgrees(restart);
          assert.deepEqual(restart.outage.sessions, { present: all, of: all });
          assert.deepEqual([restart.outage.lost, restart.outage.givenUp], [0, 0]);
        });
      }

      test('half of the connections dropped by a proxy: these and no others, when they were, and when the proxy let them in again', async () => {
        const mosquitto = await startMosquitto();
        const proxy = await startProxy(mosquitto.port, 0);
        const dropped = all / 2;
        let droppedUs = 0;
        const { result, ms } = await measured(proxy.url, way, (second) => {
          if (second !== 2) return;
          droppedUs = nowUs();
          proxy.drop(dropped);
        });
        const again = proxy.acceptedUs.slice(all).map(ms);
        await proxy.stop();
        await mosquitto.stop();
        assertEquations(result);
        assert.equal(result.outages.length, 1, JSON.stringify(result.outages));
        const [outage] = result.outages as [OutageResult];
        const told = JSON.stringify({ outage, dropped: ms(droppedUs), again });
        assert.deepEqual(
          [outage.clients, outage.losses, outage.missing, again.length],
          [dropped, dropped, 0, dropped],
          told,
        );
        const near = 150;
        assertBetween(outage.detected.first, ms(droppedUs), ms(droppedUs) + near, `first notice, ${told}`);
        assertBetween(outage.detected.last, outage.detected.first, ms(droppedUs) + near, `last notice, ${told}`);
        assertBetween(outage.lastGood, ms(droppedUs) - 100, ms(droppedUs) + near, `last good message, ${told}`);
        // Who is let in by the proxy is connected a moment later.
        const accepted = (share: number) => again[Math.max(0, Math.ceil(share * dropped) - 1)] as number;
        assertBetween(outage.firstReconnect, accepted(0), accepted(0) + near, `first reconnect, ${told}`);
        assertBetween(outage.back.p50, accepted(0.5), accepted(0.5) + near, `50 %, ${told}`);
        assertBetween(outage.back.p90, accepted(0.9), accepted(0.9) + near, `90 %, ${told}`);
        assertBetween(outage.back.p100, accepted(1), accepted(1) + near, `100 %, ${told}`);
        assert.equal(outage.lost, result.totals.messages_lost.count, told);
      });
    });
  }
}
