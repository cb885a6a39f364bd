import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { threadsOf } from '../../src/backends/threads.ts';
import { startBroker } from '../../src/broker/broker.ts';
import { clients } from '../../src/clients/index.ts';
import type { Result } from '../../src/verdict/result.ts';
import { startSilent } from '../support/foreign-servers.ts';
import { assertEquations, overall, runScenario } from '../support/run-scenario.ts';
import { idOf, obedient, type Peer, type Script, silent, startScriptedBroker } from '../support/scripted-broker.ts';

const garbage = Buffer.from(`HTTP/1.1 400 Bad Request\r\n\r\n${'<html>'.repeat(20)}`);

/** Three clients publish to a broker that does not forward; the script says what it does wrong. */
async function runAgainst(script: Script, client: string, protocol = '5'): Promise<Result> {
  const broker = await startScriptedBroker(script);
  const text = `
brokers: [${broker.url}]
warmUp: 0s
duration: 2s
drain: 1s
groups:
  pubs:
    clients: 3
    protocol: "${protocol}"
    connect: { within: 1s }
    reconnect: { after: 50ms, upTo: 100ms }
    publish: { topic: "t/{index}", qos: 1, rate: 20/s }
    subscribe: { topic: "other/{index}" }
`;
  try {
    const result = await runScenario(text, { client });
    assertEquations(result);
    return result;
  } finally {
    await broker.stop();
  }
}

/** The first connection that publishes gets `wrong` once; all others are served well. */
function onceInstead(wrong: (peer: Peer) => void): Script {
  let done = false;
  return {
    publish(packet, peer) {
      if (done) return obedient.publish?.(packet, peer);
      done = true;
      wrong(peer);
    },
  };
}

for (const client of Object.keys(clients)) {
  describe(`a run with ${client} on a broker that misbehaves`, () => {
    test('loses one connection to DISCONNECT 0x8E, counts a takeover and goes on [MQTT-3.1.4-3]', async () => {
      const script = onceInstead((peer) => peer.send({ cmd: 'disconnect', reasonCode: 0x8e }));
      const { totals, exitCode, takeovers, warnings, outages } = await runAgainst(script, client);
      const [[id, count] = ['', 0], ...more] = Object.entries(totals.takeovers.by ?? {});
      assert.deepEqual([totals.takeovers.count, count, more.length, outages.length], [1, 1, 0, 0]);
      assert.deepEqual([takeovers[0]?.clientId, takeovers[0]?.clients], [id, []]);
      assert.ok(
        warnings.some((text) =>
          text.startsWith(`somebody else uses the client id "${id}": the broker ended its connection 1 time`),
        ),
        warnings.join('\n'),
      );
      assert.deepEqual(totals.disconnects.by, { session_taken_over: 1 });
      assert.deepEqual([totals.connects.count, totals.reconnects.count, totals.protocol_errors.count], [4, 1, 0]);
      assert.deepEqual(totals.publish_errors.by, { session_lost: 1 });
      assert.equal(exitCode, 0);
    });

    test('loses one connection to garbage, counts a protocol error and goes on', async () => {
      const { totals, exitCode } = await runAgainst(
        onceInstead((peer) => peer.send(garbage)),
        client,
        '3.1.1',
      );
      assert.deepEqual(totals.disconnects.by, { broker_protocol_error: 1 });
      assert.deepEqual([totals.protocol_errors.count, totals.reconnects.count], [1, 1]);
      assert.equal(exitCode, 0);
    });

    test('counts publishes that are refused by the name of their reason, and keeps the equations', async () => {
      let n = 0;
      const script: Script = {
        publish: (packet, peer) =>
          peer.send({ cmd: 'puback', ...idOf(packet), reasonCode: n++ % 4 === 0 ? 0x87 : n % 4 === 2 ? 0x10 : 0 }),
      };
      const result = await runAgainst(script, client);
      const refused = result.totals.publish_errors.by?.['not_authorized'] ?? 0;
      assert.equal(refused, 30);
      assert.deepEqual(Object.keys(result.totals.publish_errors.by ?? {}), ['not_authorized']);
      assert.equal(overall(result, 'messages_sent'), 120);
      assert.equal(overall(result, 'messages_acked'), 90);
      assert.equal(overall(result, 'messages_unacked'), 0);
    });

    test('counts publishes that are never answered as unacknowledged, and ends in time', async () => {
      const result = await runAgainst({ publish: () => {} }, client);
      const { totals } = result;
      // Three windows of 20 are full; the rest is owed.
      assert.equal(overall(result, 'messages_sent'), 60);
      assert.equal(overall(result, 'messages_unacked'), 60);
      assert.equal(totals.publishes_owed.last, 60);
      assert.equal(overall(result, 'publishes_due'), 120);
      assert.equal(result.exitCode, 4);
      assert.match(result.reasons.join(), /none of its \d+ publishes at QoS 1 or 2 was acknowledged\.$/);
    });

    test('counts refused subscriptions by their reason code', async () => {
      const script: Script = {
        subscribe: (packet, peer) => peer.send({ cmd: 'suback', ...idOf(packet), granted: [0x87] }),
      };
      const { totals } = await runAgainst(script, client);
      assert.deepEqual(totals.subscribe_errors.by, { not_authorized: 3 });
      assert.equal(totals.subscribes.count, 0);
      assert.equal(totals.messages_sent.count, 120);
    });

    for (const [protocol, refusal] of [
      ['5', { reasonCode: 0x87 }],
      ['3.1.1', { returnCode: 5 }],
    ] as const) {
      test(`does not start where CONNACK refuses, and says why, on ${protocol}`, async () => {
        const script: Script = {
          connect: (_, peer) => peer.send({ cmd: 'connack', sessionPresent: false, ...refusal }),
        };
        const { verdict, exitCode, reasons, totals } = await runAgainst(script, client, protocol);
        assert.deepEqual([verdict, exitCode], ['notStarted', 3]);
        assert.match(reasons.join('\n'), /not_authorized/);
        assert.deepEqual(Object.keys(totals.connect_errors.by ?? {}), ['not_authorized']);
      });
    }
  });
}

describe('over a WebSocket', () => {
  for (const client of Object.keys(clients)) {
    test(`a packet is a frame, so that no broker waits for the rest of it (${client})`, async () => {
      const broker = await startBroker();
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'mqtt' });
      let frames = 0;
      server.on('connection', (web) => {
        const below = connect(Number(new URL(broker.url).port), '127.0.0.1');
        web.on('message', (bytes: Buffer) => {
          frames++;
          below.write(bytes);
        });
        web.on('close', () => below.destroy());
        below.on('data', (bytes) => web.send(bytes)).on('close', () => web.close());
      });
      try {
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        const { totals } = await runScenario(
          `brokers: ["ws://127.0.0.1:${port}"]
warmUp: 0s
groups: { pubs: { publish: { topic: "f/{index}", qos: 1, rate: 50/s, messages: 20 } } }
`,
          { client },
        );
        assert.equal(totals.messages_acked.count, 20);
        // CONNECT and DISCONNECT beside them.
        assert.ok(frames <= 22, `${frames} frames`);
      } finally {
        server.close();
        await broker.stop();
      }
    });
  }
});

for (const client of Object.keys(clients)) {
  describe(`a run with ${client} whose time to connect is over`, { concurrency: true }, () => {
    test('counts attempts that are open as timed out, also where another group had more time', async () => {
      const silence = await startSilent();
      for (const [first, second] of [
        ['500ms', '500ms'],
        ['500ms', '60s'],
      ] as const) {
        const text = `
brokers: ["${silence.url}"]
warmUp: 0s
groups:
  pubs: { clients: 4, connect: { within: ${first} }, publish: { topic: "t/{index}" } }
  subs: { clients: 2, connect: { within: ${second} }, subscribe: { topic: "t/+" } }
`;
        const { verdict, reasons, totals, events } = await runScenario(text, {
          client,
          backend: 'threads',
          workers: 2,
        });
        const open = second === '500ms' ? 6 : 4;
        assert.equal(verdict, 'notStarted');
        assert.deepEqual(totals.connect_errors.by, { connack_timeout: open });
        assert.match(reasons[0] ?? '', /0 of 4 clients connected within 500ms.*mostly for connack_timeout \(4 times\)/);
        assert.match(
          reasons.at(-1) ?? '',
          /: connack_timeout, [46] times\. It takes connections but does not answer MQTT/,
        );
        assert.ok(events.some((event) => event.text === 'pubs: could not connect: connack_timeout'));
      }
      await silence.stop();
    });

    test('says who was connected and not subscribed', async () => {
      const { verdict, reasons } = await runAgainst({ subscribe: silent }, client);
      assert.equal(verdict, 'notStarted');
      assert.deepEqual(reasons, [
        'Group pubs: 3 of 3 clients connected, but only 0 were subscribed within 1s, at least 50 % must.',
      ]);
    });

    test('is incomplete without one that got no answer to its SUBSCRIBE', async () => {
      const mute = (peer: Peer) => peer.received.some((one) => one.cmd === 'connect' && one.clientId.endsWith('-1'));
      const subscribe: Script['subscribe'] = (packet, peer) => mute(peer) || obedient.subscribe?.(packet, peer);
      const { verdict, exitCode, reasons } = await runAgainst({ subscribe }, client);
      assert.deepEqual([verdict, exitCode], ['incomplete', 4]);
      assert.deepEqual(reasons, [
        'Group pubs: 1 of 3 clients connected, but had no subscription when the load began; nothing was expected of them.',
      ]);
    });
  });
}

describe('threads that do not begin together', () => {
  test('wait for each other: no load before all are ready, and no run ended for want of those still to come', async () => {
    const broker = await startScriptedBroker();
    const slow = threadsOf(new URL('../support/slow-thread.js', import.meta.url));
    const text = `
brokers: [${broker.url}]
warmUp: 0s
duration: 1s
drain: 0s
groups:
  pubs: { clients: 4, publish: { topic: "t/{index}", qos: 1, rate: 10/s } }
`;
    try {
      const result = await runScenario(text, { backend: slow, workers: 4 });
      assert.equal(result.exitCode, 0, result.reasons.join('\n'));
      assert.equal(result.totals.connects.count, 4);
      assert.equal(overall(result, 'messages_sent'), 40);
    } finally {
      await broker.stop();
    }
  });
});

describe('a broker that neither acknowledges nor lets go', () => {
  for (const client of Object.keys(clients)) {
    test(`leaves everything unacknowledged, counted, with ${client}`, async () => {
      const broker = await startScriptedBroker({ publish: () => {}, disconnect: () => {} }, { holdOn: true });
      const text = `
brokers: [${broker.url}]
warmUp: 0s
duration: 1s
drain: 0s
groups:
  pubs: { publish: { topic: "t/{index}", qos: 1, rate: 10/s } }
`;
      try {
        const result = await runScenario(text, { client });
        assertEquations(result);
        assert.equal(overall(result, 'messages_unacked'), 10);
      } finally {
        await broker.stop();
      }
    });
  }
});
