import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { backends } from '../../src/backends/index.ts';
import { threadsOf } from '../../src/backends/threads.ts';
import { type EmbeddedBroker, startBroker } from '../../src/broker/broker.ts';
import { clients } from '../../src/clients/index.ts';
import type { Result } from '../../src/verdict/result.ts';
import { assertEquations, overall, runScenario } from '../support/run-scenario.ts';

const messagesEach = 40;

/** Every QoS, publishers and subscribers spread over all workers, a number that no worker count divides. */
function scenario(url: string): string {
  return `
brokers: [${url}]
drain: 8s
groups:
  pubs:
    clients: 7
    publish:
      - { topic: "a/{index}", qos: 0, rate: 40/s, messages: ${messagesEach} }
      - { topic: "b/{index}", qos: 1, rate: 40/s, messages: ${messagesEach} }
      - { topic: "c/{index}", qos: 2, rate: 40/s, messages: ${messagesEach}, payload: { text: "{seq} {stamp}" } }
      - { topic: "d/{index}", qos: 1, rate: max, messages: ${messagesEach} }
  subs:
    clients: 3
    subscribe: [{ topic: "+/+", qos: 2 }]
  pairs:
    clients: 5
    publish: { topic: "own/{index}/x", qos: 1, rate: 20/s, messages: ${messagesEach} }
    subscribe: { topic: "own/{index}/#" }
`;
}

const perPublisher = 4 * messagesEach;
const expected = {
  sent: 7 * perPublisher + 5 * messagesEach,
  deliveries: 3 * 7 * perPublisher + 5 * messagesEach,
  acked: 7 * 3 * messagesEach + 5 * messagesEach,
};

/** What must be the same wherever the plan runs. */
function totalsOf(result: Result): unknown {
  const counters = [
    'connects',
    'subscribes',
    'publishes_due',
    'messages_sent',
    'messages_acked',
    'messages_received',
  ] as const;
  const more = ['deliveries_expected', 'deliveries_made', 'messages_duplicated', 'messages_out_of_order'] as const;
  return {
    verdict: result.verdict,
    counts: [...counters, ...more].map((name) => [name, overall(result, name)]),
    groups: Object.entries(result.groups).map(([name, part]) => [
      name,
      part.messages_sent.count,
      part.messages_received.count,
    ]),
    delivery: result.delivery,
    violations: result.totals.delivery_violations.count,
  };
}

describe('every backend and client', () => {
  let broker: EmbeddedBroker;
  const results = new Map<string, Result>();
  before(async () => {
    broker = await startBroker();
  });
  after(() => broker.stop());

  for (const backend of Object.keys(backends) as (keyof typeof backends)[]) {
    for (const workers of [1, 2]) {
      for (const client of Object.keys(clients)) {
        test(`${backend} x ${workers} with ${client} delivers all and satisfies the equations`, async () => {
          const result = await runScenario(scenario(broker.url), { backend, workers, client });
          results.set(`${backend} ${workers} ${client}`, result);
          assertEquations(result, 7 * messagesEach);
          assert.equal(overall(result, 'messages_sent'), expected.sent);
          assert.equal(overall(result, 'messages_acked'), expected.acked);
          assert.equal(overall(result, 'deliveries_made'), expected.deliveries);
          assert.equal(result.totals.messages_lost.count, 0);
          const { publish_time: published, delivery_time: delivered } = result.totals;
          assert.equal(published?.count, expected.acked);
          assert.equal(delivered?.count, expected.deliveries);
        });
      }
    }
  }

  test('the same plan gives the same totals everywhere', () => {
    assert.equal(results.size, 8);
    const [first, ...others] = [...results].map(([name, result]) => ({ name, totals: totalsOf(result) }));
    for (const { name, totals } of others) assert.deepEqual(totals, first?.totals, name);
  });

  test('a thread that dies takes its clients along, and the run ends incomplete with what the others measured', async () => {
    const entry = new URL('../support/dying-thread.js', import.meta.url);
    const text = `
brokers: [${broker.url}]
warmUp: 0s
duration: 5s
drain: 2s
groups:
  pubs:
    clients: 6
    publish: { topic: "e/{index}", qos: 1, rate: 10/s }
  subs:
    clients: 2
    subscribe: { topic: "e/+" }
`;
    const result = await runScenario(text, { backend: threadsOf(entry), workers: 2 });
    assert.equal(result.verdict, 'incomplete');
    assert.equal(result.exitCode, 4);
    assert.match(result.reasons.join('\n'), /thread 2/);
    assert.match(result.reasons.join('\n'), /4 clients/);
    assert.match(result.reasons.join('\n'), /the test killed it/);
    // Thread 1 had three publishers, for five seconds.
    assert.ok(overall(result, 'messages_sent') >= 3 * 10 * 5, `${overall(result, 'messages_sent')} sent`);
    assert.ok(result.totals.delivery_time !== undefined);
  });
});
