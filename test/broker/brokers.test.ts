import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { freePort } from '../support/free-port.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { type RunSettings, runScenario } from '../support/run-scenario.ts';
import { waitFor } from '../support/wait-for.ts';
import { openWitness } from '../support/witness.ts';

const skip = mosquittoMissing();

/** Both clients, and one thread as well as two: who is on which broker must not depend on them. */
const ways: readonly RunSettings[] = [
  { client: 'wire', backend: 'threads', workers: 1 },
  { client: 'wire', backend: 'threads', workers: 2 },
  { client: 'mqttjs', backend: 'threads', workers: 2 },
];
const named = ({ client, workers }: RunSettings) => `${client}, ${workers} thread${workers === 1 ? '' : 's'}`;

const sentBy = (result: Result, broker: string) => {
  const part = result.brokers[broker];
  return (part?.messages_sent.count ?? 0) + (part?.outside.messages_sent ?? 0);
};
const lostBy = (result: Result, broker: string) => result.brokers[broker]?.messages_lost.count;
const text = (result: Result) => [...result.reasons, ...result.warnings].join('\n');

/** Mosquitto keeps back what it says on stdout until there is more of it. */
const toldAtOnce = ['log_dest stderr'];

/** How many clients of a group a broker itself says that it let in, in the run of this id. */
function letIn({ log }: Mosquitto, group: string, run: string): number {
  return new Set(log.match(new RegExp(`New client connected .* as ${group}-${run}-\\d+ `, 'g'))).size;
}

describe('two independent brokers of weight 2 and 1', { skip }, () => {
  let north: Mosquitto;
  let south: Mosquitto;
  let sent = [0, 0];
  before(async () => {
    [north, south] = await Promise.all([startMosquitto({ lines: toldAtOnce }), startMosquitto({ lines: toldAtOnce })]);
  });
  after(() => Promise.all([north.stop(), south.stop()]));

  for (const way of ways) {
    test(`let in their parts of the clients and owe nothing to each other (${named(way)})`, async () => {
      const result = await runScenario(
        `
brokers: [ { name: north, url: "${north.url}", weight: 2 }, { name: south, url: "${south.url}" } ]
warmUp: 0s
duration: 2s
groups:
  pubs: { clients: 30, publish: { topic: "s/{index}", qos: 1, rate: 5/s } }
  subs: { clients: 6, subscribe: { topic: "s/+" } }
  speaker: { broker: south, clients: 2, publish: { topic: "p/x", qos: 1, rate: 2/s } }
  stranger: { broker: north, subscribe: { topic: "p/#" } }
`,
        way,
      );
      assert.equal(result.exitCode, 0, text(result));
      for (const [group, there, here] of [
        ['pubs', 20, 10],
        ['subs', 4, 2],
        ['speaker', 0, 2],
        ['stranger', 1, 0],
      ] as const) {
        assert.deepEqual(
          [letIn(north, group, result.run.id), letIn(south, group, result.run.id)],
          [there, here],
          group,
        );
      }
      assert.deepEqual([result.brokers['north']?.connects.count, result.brokers['south']?.connects.count], [25, 14]);
      // 4 subscribers of 20 publishers, and 2 of 10: nobody hears the speaker, who is on the other broker.
      assert.deepEqual([sentBy(result, 'north'), sentBy(result, 'south')], [20 * 10, 10 * 10 + 2 * 4]);
      assert.equal(result.brokers['north']?.deliveries_expected.count, 4 * 20 * 10);
      assert.equal(result.brokers['south']?.deliveries_expected.count, 2 * 10 * 10);
      assert.equal(result.groups['stranger']?.messages_received.count, 0);
      assert.deepEqual([lostBy(result, 'north'), lostBy(result, 'south')], [0, 0]);
      sent = sent.map((count, i) => count + sentBy(result, i === 0 ? 'north' : 'south'));
    });
  }

  test('have received what the runs sent to each of them, by their own counts', async () => {
    const counts = await Promise.all([openWitness(north.url).settled(), openWitness(south.url).settled()]);
    assert.deepEqual(
      counts.map(({ received }) => received),
      sent,
    );
  });
});

const across = (cluster: boolean, urls: readonly string[], qos: number) => `
brokers: [ { name: north, url: "${urls[0]}" }, { name: south, url: "${urls[1]}" } ]
cluster: ${cluster}
warmUp: 0s
duration: 2s
drain: 1s
groups:
  pubs: { clients: 10, publish: { topic: "c/{run}/{index}", qos: ${qos}, rate: 5/s } }
  subs: { clients: 4, subscribe: { topic: "c/{run}/+" } }
`;

/** A bridge of the second passes everything on, both ways; try_private keeps what it brought from coming back. */
async function startJoined(): Promise<[Mosquitto, Mosquitto]> {
  const north = await startMosquitto();
  const bridge = [
    ...toldAtOnce,
    'log_type all',
    'connection joined',
    `address 127.0.0.1:${north.port}`,
    'topic # both 1',
    'bridge_protocol_version mqttv311',
    'try_private true',
    'notifications false',
    'cleansession true',
  ];
  const south = await startMosquitto({ lines: bridge });
  try {
    await waitFor(() => /Received SUBACK/.test(south.log), 'the bridge subscribed');
  } catch (error) {
    await Promise.all([north.stop(), south.stop()]);
    throw error;
  }
  return [north, south];
}

describe('brokers that a bridge joins', { skip, concurrency: true }, () => {
  let joined: [Mosquitto, Mosquitto];
  before(async () => {
    joined = await startJoined();
  });
  after(() => Promise.all(joined.map((broker) => broker.stop())));

  for (const way of ways) {
    test(`deliver across, as cluster: true expects (${named(way)})`, async () => {
      const result = await runScenario(
        across(
          true,
          joined.map(({ url }) => url),
          1,
        ),
        way,
      );
      assert.equal(result.exitCode, 0, text(result));
      // Each of the 2 subscribers on a broker hears all 10 publishers.
      for (const broker of ['north', 'south']) {
        assert.equal(result.brokers[broker]?.deliveries_expected.count, 2 * 10 * 10);
        assert.equal(result.brokers[broker]?.deliveries_made.count, 2 * 10 * 10);
        assert.equal(lostBy(result, broker), 0);
      }
      assert.equal(result.totals.delivery_violations.count, 0);
    });
  }

  test('deliver what nobody foresaw where cluster: true is not said, and the report says what to do', async () => {
    const result = await runScenario(
      across(
        false,
        joined.map(({ url }) => url),
        1,
      ),
    );
    assert.equal(result.exitCode, 0, text(result));
    assert.equal(result.totals.messages_unjudged.count, 2 * 2 * 5 * 10);
    assert.match(text(result), /if the brokers share messages, say cluster: true/);
  });
});

describe('brokers that are not joined, where cluster: true says that they are', { skip, concurrency: true }, () => {
  let alone: Mosquitto[];
  before(async () => {
    alone = await Promise.all([startMosquitto(), startMosquitto()]);
  });
  after(() => Promise.all(alone.map((broker) => broker.stop())));
  const doubt = /cluster: true expects .* group subs got 100 of 200 on north, 100 of 200 on south: are they joined/;

  test('lose what should cross: a violation, told by group and broker', async () => {
    const result = await runScenario(
      across(
        true,
        alone.map(({ url }) => url),
        1,
      ),
      { backend: 'threads', workers: 2 },
    );
    assert.deepEqual([result.verdict, result.exitCode], ['failed', 99]);
    assert.deepEqual([lostBy(result, 'north'), lostBy(result, 'south')], [100, 100]);
    assert.deepEqual(result.brokers['south']?.messages_lost.by, { acked_not_delivered: 100 });
    assert.match(result.reasons.join('\n'), doubt);
  });

  test('lose it at QoS 0 without a violation, and the report says it all the same', async () => {
    const result = await runScenario(
      across(
        true,
        alone.map(({ url }) => url),
        0,
      ),
    );
    assert.deepEqual([lostBy(result, 'north'), lostBy(result, 'south')], [100, 100]);
    assert.match(result.warnings.join('\n'), doubt);
  });
});

const three = (urls: readonly string[], drain: string) => `
brokers: [ { name: north, url: "${urls[0]}" }, { name: south, url: "${urls[1]}" }, { name: west, url: "${urls[2]}" } ]
warmUp: 0s
duration: 4s
drain: ${drain}
groups:
  pubs:
    clients: 9
    connect: { within: 5s }
    reconnect: { after: 100ms, upTo: 300ms }
    publish: { topic: "t/{run}/{index}", qos: 1, rate: 10/s }
  subs:
    clients: 3
    connect: { within: 5s }
    reconnect: { after: 100ms, upTo: 300ms }
    subscribe: { topic: "t/{run}/+" }
`;

describe('three brokers, one of them in trouble', { skip, concurrency: true }, () => {
  let north: Mosquitto;
  let south: Mosquitto;
  before(async () => {
    [north, south] = await Promise.all([startMosquitto(), startMosquitto()]);
  });
  after(() => Promise.all([north.stop(), south.stop()]));

  for (const way of ways.slice(1)) {
    test(`that is down: the run is incomplete and names it, with cause and hint (${named(way)})`, async () => {
      const result = await runScenario(
        three([north.url, south.url, `mqtt://127.0.0.1:${await freePort()}`], '30s'),
        way,
      );
      assert.deepEqual([result.verdict, result.exitCode], ['incomplete', 4]);
      const named = result.reasons.filter((reason) => reason.startsWith('Broker '));
      assert.equal(named.length, 1);
      assert.match(named[0] ?? '', /^Broker west \(mqtt:.*\): connection_refused, \d+ times\. Nothing listens there/);
      const { west } = result.brokers;
      assert.deepEqual(Object.keys(west?.connect_errors.by ?? {}), ['connection_refused']);
      assert.deepEqual([west?.connects.count, west?.deliveries_expected.count], [0, 0]);
      assert.equal(result.brokers['north']?.connect_errors.count, 0);
      // Nothing is expected of the absent: 3 publishers and 1 subscriber on each of the others.
      for (const broker of ['north', 'south']) assert.equal(result.brokers[broker]?.deliveries_made.count, 3 * 10 * 4);
      assert.equal(result.totals.messages_lost.count, 0);
      // What the absent would have sent is not waited for.
      assert.deepEqual(west?.publishes_dropped.by, { client_gone: 3 * 10 * 4 });
      assert.ok(Date.parse(result.run.endedAt) - Date.parse(result.run.startedAt) < 20_000);
      assert.ok(result.events.some((event) => /on west: could not connect: connection_refused/.test(event.text)));
    });

    test(`that dies and comes back: reconnects and losses are its own (${named(way)})`, async () => {
      const west = await startMosquitto();
      let measured = 0;
      const result = await runScenario(three([north.url, south.url, west.url], '1s'), {
        ...way,
        second({ phase }) {
          if (phase === 'measuring' && ++measured === 2) void west.kill9().then(() => west.restart());
        },
      });
      await west.stop();
      assert.equal(result.exitCode, 0, text(result));
      const counts = (name: string) => {
        const part = result.brokers[name];
        return [part?.disconnects.count, part?.reconnects.count];
      };
      assert.deepEqual(
        [counts('north'), counts('south'), counts('west')],
        [
          [0, 0],
          [0, 0],
          [4, 4],
        ],
      );
      assert.deepEqual([lostBy(result, 'north'), lostBy(result, 'south')], [0, 0]);
      assert.deepEqual(
        Object.keys(result.brokers['west']?.messages_lost.by ?? {}).filter(
          (why) => why !== 'unacked' && why !== 'while_disconnected',
        ),
        [],
      );
      assert.equal(result.totals.delivery_violations.count, 0);
    });
  }
});
