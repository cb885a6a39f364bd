import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { clients } from '../../src/clients/index.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { assertEquations, runScenario } from '../support/run-scenario.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-causes-'));
after(() => rmSync(folder, { recursive: true }));

/** 10 publishers go straight to the broker, 2 subscribers through a proxy. One topic nobody may read, which the broker tells nobody. */
const scenario = (direct: string, proxied: string, qos: number) => `
brokers: [ { name: direct, url: "${direct}" }, { name: proxied, url: "${proxied}" } ]
cluster: true
warmUp: 1s
duration: 4s
drain: 1s
groups:
  pubs: { clients: 10, broker: direct, publish: { topic: "t/{index}", qos: ${qos}, rate: 20/s } }
  subs:
    clients: 2
    broker: proxied
    reconnect: { after: 300ms, upTo: 300ms, jitter: 0 }
    subscribe: { topic: "t/+", qos: ${qos} }
`;

async function withoutTopic3() {
  const acl = join(folder, `acl-${process.hrtime.bigint()}`);
  const allowed = [0, 1, 2, 4, 5, 6, 7, 8, 9].map((index) => `topic read t/${index}`);
  writeFileSync(acl, `${allowed.join('\n')}\ntopic write t/+\n`, { mode: 0o644 });
  return startMosquitto({ lines: [`acl_file ${acl}`] });
}

describe('causes of loss, by message', { skip: mosquittoMissing(), concurrency: 3 }, () => {
  for (const client of Object.keys(clients)) {
    for (const qos of [1, 2]) {
      test(`an ACL and lost connections are told apart, QoS ${qos}, client ${client}`, async () => {
        const mosquitto = await withoutTopic3();
        const proxy = await startProxy(mosquitto.port, 0);
        let seconds = 0;
        const result = await runScenario(scenario(mosquitto.url, proxy.url, qos), {
          client,
          workers: 2,
          backend: 'threads',
          second: ({ phase }) => {
            if (phase === 'measuring' && ++seconds === 2) proxy.dropAll();
          },
        });
        await proxy.stop();
        await mosquitto.stop();
        assertEquations(result);
        const { totals, violations } = result;
        const { by = {}, count } = totals.messages_lost;
        const { acked_not_delivered: kept = 0, while_disconnected: away = 0, ...others } = by;
        assert.deepEqual(others, {}, JSON.stringify(by));
        // All that was due on t/3 for two subscribers, but for what was due while these were away: some 1.3 s of 4.
        assert.equal(kept + away, count);
        assert.ok(kept <= 20 * 4 * 2 && kept >= 20 * 2 * 2, `${kept} not delivered`);
        // Of the other nine topics what was due in 0.3 s, at least; and at most what was due in 2 s.
        assert.ok(away >= 9 * 20 * 0.25 * 2 && away <= 10 * 20 * 2 * 2, `${away} while disconnected`);
        assert.deepEqual(totals.delivery_violations.by, { acked_not_delivered: kept });
        assert.equal(violations.length, 5);
        const [first] = violations;
        assert.match(first?.publisher ?? '', /^pubs-\w{7}-3$/);
        assert.match(first?.subscriber ?? '', /^subs-\w{7}-[01]$/);
        assert.deepEqual(
          [first?.kind, first?.topic, first?.qos, first?.sequence],
          ['acked_not_delivered', 't/3', qos, 20],
        );
        assert.ok(first?.t !== null && (first?.t ?? 0) >= 1000 && (first?.t ?? 0) < 1050, `${first?.t}`);
        assert.equal(result.verdict, 'failed');
      });
    }
  }

  test('what was on its way when a publisher lost its connection is unacked, and no violation', async () => {
    const mosquitto = await startMosquitto();
    const proxy = await startProxy(mosquitto.port, 30);
    let seconds = 0;
    const result = await runScenario(scenario(proxy.url, mosquitto.url, 1).replace('duration: 4s', 'duration: 6s'), {
      workers: 2,
      backend: 'threads',
      second: ({ phase }) => {
        if (phase === 'measuring' && ++seconds < 6) proxy.dropAll();
      },
    });
    await proxy.stop();
    await mosquitto.stop();
    assertEquations(result);
    const { messages_lost: lost, messages_unacked: unacked, delivery_violations: violations } = result.totals;
    assert.ok(unacked.count > 0);
    assert.deepEqual(Object.keys(lost.by ?? {}), lost.count > 0 ? ['unacked'] : []);
    assert.ok(lost.count <= 2 * unacked.count);
    assert.equal(violations.count, 0);
    assert.equal(result.verdict, 'passed', result.reasons.join('\n'));
  });

  test('a full queue for a session that is away is told as acked and not delivered', async () => {
    const mosquitto = await startMosquitto({ lines: ['max_queued_messages 20'] });
    const proxy = await startProxy(mosquitto.port, 0);
    let seconds = 0;
    const text = scenario(mosquitto.url, proxy.url, 1).replace(
      'broker: proxied',
      'broker: proxied\n    session: { expiry: 1h }',
    );
    const result = await runScenario(text, {
      second: ({ phase }) => {
        if (phase === 'measuring' && ++seconds === 2) proxy.dropAll();
      },
    });
    await proxy.stop();
    await mosquitto.stop();
    assertEquations(result);
    const { messages_lost: lost, sessions_resumed: resumed, sessions_gone: gone } = result.totals;
    assert.deepEqual([resumed.count, gone.count], [2, 0]);
    // 0.3 s of 200 messages a second for each of two sessions, of which 20 are queued and 20 in flight.
    assert.ok(lost.count > 0 && lost.count < 2 * 200, `${lost.count}`);
    assert.deepEqual(lost.by, { acked_not_delivered: lost.count });
    assert.match(result.reasons.join('\n'), /max_queued_messages/);
  });
});
