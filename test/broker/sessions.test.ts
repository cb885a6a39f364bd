import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import type { Result } from '../../src/verdict/result.ts';
import { RecordingListener } from '../support/listener.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { assertEquations, runScenario } from '../support/run-scenario.ts';
import { sessionTo } from '../support/session.ts';

const skip = mosquittoMissing();

type Life = { readonly mosquitto: Mosquitto; readonly result: Result };

/** 20 publishers and 4 subscribers whose sessions are kept, on a broker with persistence; `end` ends it after 2 s of load. */
async function throughRestart(
  {
    client,
    protocol,
    qos,
    session = '{ expiry: 1h }',
    filter = 's/+',
  }: { client: string; protocol: string; qos: number; session?: string; filter?: string },
  end: (mosquitto: Mosquitto) => Promise<void>,
  look: (life: Life) => Promise<void>,
): Promise<void> {
  const mosquitto = await startMosquitto({ persistence: true });
  let measured = 0;
  const result = await runScenario(
    `
brokers: [${mosquitto.url}]
warmUp: 0s
duration: 4s
drain: 2s
groups:
  pubs:
    clients: 20
    protocol: "${protocol}"
    session: ${session}
    inFlight: 5
    reconnect: { after: 200ms, upTo: 500ms }
    publish: { topic: "s/{index}", qos: ${qos}, rate: 20/s }
  subs:
    clients: 4
    protocol: "${protocol}"
    session: ${session}
    reconnect: { after: 200ms, upTo: 500ms }
    subscribe: { topic: "${filter}", qos: ${qos} }
`,
    {
      backend: 'threads',
      workers: 2,
      client,
      second({ phase }) {
        if (phase !== 'measuring') return;
        measured++;
        if (measured === 2) void end(mosquitto).then(() => mosquitto.restart());
      },
    },
  );
  try {
    await look({ mosquitto, result });
  } finally {
    await mosquitto.stop();
  }
}

/** How many sessions the broker still has of the clients of a run, as its CONNACKs say. */
async function sessionsOf({ run: { id } }: Result, { url }: Mosquitto): Promise<number> {
  const open = await clients.wire(['mqtt']);
  const ids = [...names('pubs', 20, id), ...names('subs', 4, id)];
  const present = ids.map(async (clientId) => {
    const told = new RecordingListener();
    const client = open(sessionTo(url, { clientId, cleanStart: false }), told);
    client.connect();
    await told.untilConnected();
    client.disconnect();
    await told.untilClosed();
    return Number(told.connects[0]?.sessionPresent);
  });
  return (await Promise.all(present)).reduce((sum, one) => sum + one, 0);
}

function names(group: string, count: number, run: string): string[] {
  return Array.from({ length: count }, (_, i) => `${group}-${run}-${i}`);
}

for (const client of Object.keys(clients)) {
  describe(`kept sessions on Mosquitto with persistence, client ${client}`, { skip, concurrency: 2 }, () => {
    for (const [protocol, qos] of [
      ['5', 1],
      ['3.1.1', 2],
    ] as const) {
      test(`SIGTERM and a new start, MQTT ${protocol}, QoS ${qos}: every session is found again, and nothing is lost`, () =>
        throughRestart(
          { client, protocol, qos },
          (mosquitto) => mosquitto.shutDown(),
          async ({ mosquitto, result }) => {
            const { totals } = result;
            assertEquations(result);
            assert.equal(totals.disconnects.count, 24);
            assert.equal(totals.reconnects.count, 24);
            assert.equal(totals.sessions_resumed.count, 24);
            assert.equal(totals.sessions_gone.count, 0);
            assert.equal(totals.subscribes.count, 4, 'what is still subscribed is not subscribed again');
            assert.equal(totals.messages_lost.count, 0, JSON.stringify(totals.messages_lost.by));
            assert.equal(totals.messages_unacked.count, 0);
            // Mosquitto 2.0.11 sends a PUBLISH whose PUBREL it has sent once more when it starts again: its own log shows it.
            const { duplicate = 0, ...others } = totals.delivery_violations.by ?? {};
            assert.deepEqual(others, {});
            assert.ok(duplicate === 0 || (qos === 2 && duplicate <= 20), `${duplicate} duplicates`);
            assert.equal(result.verdict, duplicate === 0 ? 'passed' : 'failed', result.reasons.join('\n'));
            assert.equal(totals.sessions_removed.count, 24);
            assert.ok(
              result.warnings.every((warning) => !warning.includes('sessions remain')),
              result.warnings.join('\n'),
            );
            assert.equal(await sessionsOf(result, mosquitto), 0);
          },
        ));

      test(`SIGKILL and a new start, MQTT ${protocol}, QoS ${qos}: the sessions are gone, and so is what they held`, () =>
        throughRestart(
          { client, protocol, qos },
          (mosquitto) => mosquitto.kill9(),
          async ({ result }) => {
            const { totals } = result;
            assertEquations(result);
            assert.equal(totals.sessions_resumed.count, 0);
            assert.equal(totals.sessions_gone.count, 24);
            assert.equal(totals.subscribes.count, 8);
            const { count, by = {} } = totals.messages_lost;
            assert.ok(count > 0, 'nothing was lost');
            assert.equal((by['session_gone'] ?? 0) + (by['unacked'] ?? 0), count, JSON.stringify(by));
            assert.ok((by['session_gone'] ?? 0) > 0, JSON.stringify(by));
            assert.ok((by['unacked'] ?? 0) <= totals.deliveries_unacked.count);
            assert.equal(totals.messages_unacked.count, totals.publish_errors.by?.['session_lost'] ?? 0);
            assert.equal(totals.delivery_violations.count, 0, JSON.stringify(totals.delivery_violations.by));
          },
        ));
    }
  });
}

for (const client of Object.keys(clients)) {
  for (const [protocol, qos] of [
    ['5', 1],
    ['3.1.1', 2],
  ] as const) {
    test(`${client}, MQTT ${protocol}, QoS ${qos}: what is under way when all connections break is sent again, and arrives`, {
      skip,
    }, async () => {
      const mosquitto = await startMosquitto();
      const proxy = await startProxy(mosquitto.port, 30);
      let measured = 0;
      const result = await runScenario(
        `
brokers: [${proxy.url}]
warmUp: 0s
duration: 4s
groups:
  pubs:
    clients: 20
    protocol: "${protocol}"
    session: { expiry: 1h }
    reconnect: { after: 100ms, upTo: 200ms }
    publish: { topic: "s/{index}", qos: ${qos}, rate: 20/s }
  subs:
    clients: 2
    protocol: "${protocol}"
    session: { expiry: 1h }
    reconnect: { after: 100ms, upTo: 200ms }
    subscribe: { topic: "s/+", qos: ${qos} }
`,
        {
          client,
          second({ phase }) {
            if (phase === 'measuring' && ++measured < 4) proxy.dropAll();
          },
        },
      );
      await proxy.stop();
      await mosquitto.stop();
      const { totals } = result;
      assertEquations(result);
      assert.ok(totals.disconnects.count > 22 * 2, `${totals.disconnects.count} disconnects`);
      assert.equal(totals.protocol_errors.count, 0);
      assert.equal(totals.sessions_resumed.count, totals.disconnects.count);
      assert.ok(totals.messages_resent.count > 20, `${totals.messages_resent.count} sent again`);
      assert.equal(totals.messages_sent.count, 20 * 20 * 4);
      assert.equal(totals.messages_acked.count, totals.messages_sent.count);
      assert.equal(totals.messages_lost.count, 0, JSON.stringify(totals.messages_lost.by));
      assert.equal(totals.delivery_violations.count, 0, JSON.stringify(totals.delivery_violations.by));
    });
  }
}

test('sessions that are to be left stay on the broker, and the report says so', { skip }, () =>
  throughRestart(
    { client: 'wire', protocol: '5', qos: 1, session: '{ expiry: 10m, leave: true }' },
    (mosquitto) => mosquitto.shutDown(),
    async ({ mosquitto, result }) => {
      assert.equal(result.totals.sessions_removed.count, 0);
      const left = result.warnings.filter((warning) =>
        warning.includes('sessions remain on the broker, as session.leave asks'),
      );
      assert.deepEqual(
        left.map((warning) => warning.replace(/ sessions.*for 10m.*/, '')),
        ['pubs: 20', 'subs: 4'],
      );
      assert.equal(await sessionsOf(result, mosquitto), 24);
    },
  ),
);

test(
  'a share that a broker forgets while it keeps the sessions of all: acknowledged and not delivered, a violation',
  { skip },
  () =>
    throughRestart(
      { client: 'wire', protocol: '5', qos: 1, filter: '$share/g/s/#' },
      // Mosquitto 2.0.11 does not save that a subscription is shared.
      (mosquitto) => mosquitto.shutDown(),
      async ({ result }) => {
        const { totals, verdict } = result;
        assertEquations(result);
        assert.deepEqual([totals.sessions_resumed.count, totals.sessions_gone.count], [24, 0]);
        const { acked_not_delivered: broken = 0, ...others } = totals.messages_lost.by ?? {};
        assert.deepEqual(others, {});
        assert.ok(broken > 200, `${broken} of ${totals.deliveries_expected.count}`);
        assert.equal(verdict, 'failed');
        assert.equal(result.violations.filter(({ kind }) => kind === 'acked_not_delivered').length, 5);
      },
    ),
);
