import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IPublishPacket } from 'mqtt-packet';
import { freePort } from '../support/free-port.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { assertEquations, runScenario } from '../support/run-scenario.ts';
import { idOf, type Peer, startScriptedBroker } from '../support/scripted-broker.ts';

const head = (brokers: string, more = '') => `
brokers: [${brokers}]
warmUp: 0s
duration: 2s
drain: 2s
${more}groups:
`;

/** Hands the n-th publish out to these of its subscribers, whatever they asked for. */
async function startHandingOut(choose: (nth: number, subscribers: readonly Peer[]) => readonly Peer[]) {
  const subscribers: Peer[] = [];
  let nth = 0;
  return startScriptedBroker({
    subscribe(packet, peer) {
      if (packet.cmd !== 'subscribe') return;
      subscribers.push(peer);
      peer.send({ cmd: 'suback', ...idOf(packet), granted: packet.subscriptions.map(({ qos }) => qos) });
    },
    publish(packet, peer) {
      const { qos, topic, payload } = packet as IPublishPacket;
      if (qos === 1) peer.send({ cmd: 'puback', ...idOf(packet) });
      nth++;
      const copy = { cmd: 'publish', qos, topic, payload, dup: false, retain: false, messageId: nth } as const;
      for (const to of choose(nth, subscribers)) to.send(copy);
    },
  });
}

/** Half of the messages to nobody, the other half twice: by number they are all there. */
const ways = {
  'two members': (nth: number, [one, two]: readonly Peer[]) => (nth % 2 === 0 ? [] : [one as Peer, two as Peer]),
  'one member twice': (nth: number, [one]: readonly Peer[]) => (nth % 2 === 0 ? [] : [one as Peer, one as Peer]),
};

const threads = [
  ['inline', 1],
  ['threads', 2],
] as const;

describe('a shared subscription whose broker loses half of all and delivers the other half twice', {
  concurrency: true,
}, () => {
  for (const [way, choose] of Object.entries(ways)) {
    for (const [backend, workers] of threads) {
      for (const qos of [0, 1]) {
        test(`to ${way}, at QoS ${qos}, ${backend}: both are told, none hides the other`, async (t) => {
          const broker = await startHandingOut(choose);
          t.after(() => broker.stop());
          const text = `${head(broker.url)}
  p: { clients: 2, publish: { topic: "t/{index}", qos: ${qos}, rate: 50/s } }
  s: { clients: 2, subscribe: { topic: $share/q/t/#, qos: ${qos} } }
`;
          const result = await runScenario(text, { backend, workers });
          const { deliveries_expected: expected, messages_duplicated: duplicated, messages_lost: lost } = result.totals;
          assert.equal(expected.count, 200);
          assert.deepEqual([lost.count, duplicated.count], [100, 100]);
          assert.deepEqual(lost.by, qos === 0 ? { qos0: 100 } : { acked_not_delivered: 100 });
          assert.equal(duplicated.by?.['forbidden'] ?? 0, qos === 0 ? 100 : 0);
          assert.equal(result.verdict, 'failed');
          assert.equal(result.violations.length, 5);
          assert.doesNotMatch(result.warnings.join('\n'), /bug of mqtt-stress/);
          assertEquations(result, qos === 0 ? 200 : 0);
        });
      }
    }
  }
});

test('one lost connection of a member excuses what was due then, and nothing that was lost before', async (t) => {
  const broker = await startHandingOut((nth, [one, two]) => {
    if (nth === 190) one?.reset();
    return nth % 10 === 0 ? [] : [(nth < 190 && nth % 2 === 1 ? one : two) as Peer];
  });
  t.after(() => broker.stop());
  const text = `${head(broker.url)}
  p: { clients: 2, publish: { topic: "t/{index}", qos: 1, rate: 50/s } }
  s: { clients: 2, subscribe: { topic: $share/q/t/#, qos: 1 } }
`;
  const { totals, verdict } = await runScenario(text);
  const { acked_not_delivered: broken = 0, unknown = 0 } = totals.messages_lost.by ?? {};
  assert.deepEqual([totals.disconnects.count, broken + unknown, totals.messages_lost.count], [1, 20, 20]);
  assert.ok(broken >= 5 && unknown >= 5, `${broken} and ${unknown}`);
  assert.equal(verdict, 'failed');
});

describe('a shared subscription on Mosquitto', { skip: mosquittoMissing(), concurrency: true }, () => {
  for (const [backend, workers] of threads) {
    test(`with members on two brokers of a cluster owes each message once (${backend})`, async (t) => {
      const port = await freePort();
      const mosquitto = await startMosquitto({ listeners: [[`listener ${port} 127.0.0.1`]] });
      t.after(() => mosquitto.stop());
      const text = `${head(`"${mosquitto.url}", "mqtt://127.0.0.1:${port}"`, 'cluster: true\n')}
  p: { clients: 4, publish: { topic: "c/{index}", qos: 1, rate: 25/s } }
  s: { clients: 4, subscribe: { topic: $share/h/c/#, qos: 1 } }
`;
      const result = await runScenario(text, { backend, workers });
      const [row] = result.delivery;
      assert.deepEqual([row?.expected, row?.received, row?.lost, row?.duplicated], [200, 200, 0, 0]);
      assert.deepEqual([result.verdict, result.violations], ['passed', []]);
      assert.doesNotMatch(result.warnings.join('\n'), /bug of mqtt-stress|a thread died/);
      assertEquations(result);
    });
  }

  test('whose members are granted different QoS is counted, not judged', async (t) => {
    const port = await freePort();
    const mosquitto = await startMosquitto({ listeners: [[`listener ${port} 127.0.0.1`, 'max_qos 1']] });
    t.after(() => mosquitto.stop());
    const text = `${head(`"${mosquitto.url}", "mqtt://127.0.0.1:${port}"`, 'cluster: true\n')}
  p: { clients: 2, protocol: "5", publish: { topic: "c/{index}", qos: 1, rate: 25/s } }
  s: { clients: 4, protocol: "5", subscribe: { topic: $share/h/c/#, qos: 2 } }
  other: { clients: 1, subscribe: { topic: c/0, qos: 0 } }
`;
    const result = await runScenario(text, { backend: 'threads', workers: 2 });
    assert.deepEqual(
      result.delivery.map(({ group, expected, received }) => [group, expected, received]),
      [['other', 50, 50]],
    );
    assert.equal(result.totals.messages_unjudged.count, 100);
    assert.doesNotMatch(result.warnings.join('\n'), /bug of mqtt-stress/);
  });

  test('beside another of the same client that meets it is counted, not judged', async (t) => {
    const mosquitto = await startMosquitto();
    t.after(() => mosquitto.stop());
    const text = `${head(mosquitto.url)}
  p: { clients: 2, publish: { topic: "u/{index}", qos: 1, rate: 25/s } }
  both: { clients: 2, subscribe: [{ topic: $share/k/u/#, qos: 1 }, { topic: $share/k2/u/+, qos: 1 }] }
  apart: { clients: 2, subscribe: [{ topic: $share/k3/u/0, qos: 1 }, { topic: $share/k3/u/1, qos: 1 }] }
`;
    const result = await runScenario(text);
    assert.equal(result.verdict, 'passed');
    assert.ok(result.totals.messages_unjudged.count >= 100);
    assert.deepEqual(
      result.delivery.map(({ group, expected, received }) => [group, expected, received]),
      [['apart', 100, 100]],
    );
  });
});
