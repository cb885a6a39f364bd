import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nowUs } from '../../src/base/clock.ts';
import type { Client } from '../../src/clients/client.ts';
import { clients } from '../../src/clients/index.ts';
import type { Qos } from '../../src/mqtt/packets.ts';
import { freePort } from '../support/free-port.ts';
import { RecordingListener } from '../support/listener.ts';
import { type Play, play } from '../support/scene.ts';
import type { Script, ScriptedBroker } from '../support/scripted-broker.ts';
import { accepted, idOf, silent } from '../support/scripted-broker.ts';
import { publishing, sessionTo } from '../support/session.ts';

function publish(client: Client, qos: Qos, count: number): number {
  let taken = 0;
  for (let i = 0; i < count; i++) if (client.publish(publishing('a/b', qos, `${i}`, i), 1000 + i, 2000 + i)) taken++;
  client.flush();
  return taken;
}

const publishes = ({ received }: ScriptedBroker) => received.filter(({ cmd }) => cmd === 'publish');

for (const [name, load] of Object.entries(clients)) {
  describe(`the client ${name}`, async () => {
    const open = await load(['mqtt']);

    test('is told who refuses the connection, and who has no such name', async () => {
      const told = new RecordingListener();
      open(sessionTo(`mqtt://127.0.0.1:${await freePort()}`), told).connect();
      await told.untilClosed();
      open(sessionTo('mqtt://nobody.invalid:1883'), told).connect();
      await told.untilClosed(2);
      assert.deepEqual(
        told.closes.map(({ cause }) => cause),
        ['connection_refused', 'name_not_found'],
      );
    });

    test('can connect again from within closed', async () => {
      await play(open, {}, {}, async ({ client, told, broker }) => {
        const closed = told.closed.bind(told);
        told.closed = (cause, detail) => {
          closed(cause, detail);
          if (told.closes.length === 1) client.connect();
        };
        broker.peers[0]?.end();
        await told.untilConnected(2);
        client.disconnect();
        await told.untilClosed(2);
        assert.deepEqual(
          told.closes.map(({ cause }) => cause),
          ['connection_closed', 'ended'],
        );
      });
    });

    test('says DISCONNECT before it ends [MQTT-3.14.4-1]', async () => {
      await play(open, { publish: silent }, {}, async ({ client, told, broker }) => {
        publish(client, 1, 1);
        client.disconnect();
        await told.untilClosed();
        assert.equal(broker.received.at(-1)?.cmd, 'disconnect');
        assert.equal(told.abandons.length, 1);
      });
    });

    for (const qos of [1, 2] as const) {
      test(`keeps to its window and abandons what is in flight when the connection breaks, QoS ${qos}`, async () => {
        await play(open, { publish: silent }, { inFlight: 5 }, async ({ client, told, broker }) => {
          assert.equal(publish(client, qos, 8), 5);
          await broker.until(() => publishes(broker).length === 5, 'five publishes');
          assert.equal(client.inFlight, 5);
          broker.peers[0]?.reset();
          await told.untilClosed();
          assert.deepEqual(
            told.abandons,
            [0, 1, 2, 3, 4].map((i) => ({ stream: i, dueUs: 1000 + i })),
          );
          assert.equal(told.closes[0]?.cause, 'connection_reset');
          assert.equal(client.inFlight, 0);
          assert.equal(told.acks.length, 0);
        });
      });
    }

    test('publishes no more than the Receive Maximum of the broker [MQTT-3.3.4-9]', async () => {
      const script: Script = {
        connect: (_, peer) => peer.send(accepted(peer, { receiveMaximum: 3 })),
        publish: silent,
      };
      await play(open, script, { protocol: '5', inFlight: 10 }, async ({ client, told, broker }) => {
        assert.equal(publish(client, 1, 8), 3);
        await broker.until(() => publishes(broker).length === 3, 'three publishes');
        const [first] = publishes(broker);
        broker.peers[0]?.send({ cmd: 'puback', messageId: first?.messageId ?? 0 });
        await told.until(() => told.writables === 1, 'writable');
        assert.equal(publish(client, 1, 8), 1);
      });
    });

    test('is told writable once for all acknowledgements of a read', async () => {
      const script: Script = {
        publish: (_, peer) => {
          const ids = peer.received.filter(({ cmd }) => cmd === 'publish').map(({ messageId }) => messageId ?? 0);
          if (ids.length === 10) peer.send(Buffer.concat(ids.map((id) => Uint8Array.of(0x40, 2, id >> 8, id & 255))));
        },
      };
      await play(open, script, { inFlight: 10 }, async ({ client, told }) => {
        publish(client, 1, 11);
        await told.until(() => told.acks.length === 10 && told.writables > 0, 'acknowledgements');
        await new Promise(setImmediate);
        assert.equal(told.writables, 1);
      });
    });

    test('passes the reason codes of acknowledgements on', async () => {
      const script: Script = {
        publish: (packet, peer) => {
          if (packet.cmd !== 'publish') return;
          const index = Number(packet.payload);
          const reasonCode = [0x10, 0x87, 0x97, 0x90][index] ?? 0;
          if (packet.qos === 1) peer.send({ cmd: 'puback', ...idOf(packet), reasonCode });
          else peer.send({ cmd: 'pubrec', ...idOf(packet), reasonCode });
        },
        subscribe: (packet, peer) => peer.send({ cmd: 'suback', ...idOf(packet), granted: [0x87, 1, 0x8f] }),
        pubrel: (packet, peer) => peer.send({ cmd: 'pubcomp', ...idOf(packet), reasonCode: 0x92 }),
      };
      await play(open, script, { protocol: '5' }, async ({ client, told }) => {
        client.subscribe([
          { topicFilter: 'b', qos: 1 },
          { topicFilter: '7', qos: 2 },
          { topicFilter: 'a', qos: 1 },
        ]);
        await told.until(() => told.subacks.length === 1, 'SUBACK');
        const codes = told.subacks[0]?.codes ?? [];
        assert.deepEqual([...codes].sort(), [1, 0x87, 0x8f].sort());
        publish(client, 1, 4);
        await told.until(() => told.acks.length === 4, 'PUBACK');
        assert.deepEqual(
          told.acks.map(({ reasonCode }) => reasonCode),
          [0x10, 0x87, 0x97, 0x90],
        );
        publish(client, 2, 2);
        await told.until(() => told.acks.length === 6, 'PUBCOMP');
        const rest = told.acks.slice(4).sort((a, b) => a.stream - b.stream);
        assert.deepEqual(
          rest.map(({ stream, reasonCode }) => [stream, reasonCode]),
          [
            [0, 0x92],
            [1, 0x87],
          ],
        );
        assert.equal(client.connected, true);
        assert.equal(client.inFlight, 0);
      });
    });

    test('tells a QoS 2 message once, however often it is sent before PUBREL [MQTT-4.3.3-10]', async () => {
      await play(open, { pubrec: silent }, {}, async ({ client, told, broker }) => {
        const [peer] = broker.peers;
        const send = (payload: string, dup: boolean) =>
          peer?.send({ cmd: 'publish', topic: 'a', payload, qos: 2, messageId: 7, dup, retain: false });
        const answers = (cmd: string) => broker.received.filter((packet) => packet.cmd === cmd).length;
        send('first', false);
        send('first', true);
        await broker.until(() => answers('pubrec') === 2, 'two PUBREC');
        assert.equal(told.messages.length, 1);
        peer?.send({ cmd: 'pubrel', messageId: 7 });
        await broker.until(() => answers('pubcomp') === 1, 'PUBCOMP');
        send('second', false);
        await told.until(() => told.messages.length === 2, 'the next message of that id');
        // A PUBREL that it knows nothing of is answered too [MQTT-4.3.3-11].
        peer?.send({ cmd: 'pubrel', messageId: 99 });
        await broker.until(() => answers('pubcomp') === 2, 'PUBCOMP');
        assert.equal(client.connected, true);
      });
    });

    test('understands packets however they are split', async () => {
      const run: Play = async ({ client, told, broker }) => {
        client.subscribe([{ topicFilter: 'a/b', qos: 2 }]);
        await told.until(() => told.subacks.length === 1, 'SUBACK');
        publish(client, 2, 3);
        const payload = 'x'.repeat(200);
        for (const qos of [0, 1, 2] as const) {
          broker.peers[0]?.send({ cmd: 'publish', topic: 'a/b', payload, qos, messageId: 9, dup: false, retain: true });
        }
        await told.until(() => told.acks.length === 3 && told.messages.length === 3, 'all of it');
        for (const message of told.messages) {
          assert.deepEqual([message.topic, message.payload.toString(), message.retain], ['a/b', payload, true]);
        }
      };
      await play(open, {}, { protocol: '5' }, run, true);
    });

    test('tells user properties of MQTT 5 in both directions', async () => {
      await play(open, {}, { protocol: '5' }, async ({ client, told, broker }) => {
        const message = { ...publishing('a/b', 0, 'x'), userProperty: ['stamp', '0123'] as const };
        client.publish(message, 0, 0);
        client.flush();
        await broker.until(() => publishes(broker).length === 1, 'the publish');
        const [sent] = publishes(broker);
        assert.ok(sent?.cmd === 'publish');
        assert.deepEqual({ ...sent.properties?.userProperties }, { stamp: '0123' });
        broker.peers[0]?.send(sent);
        await told.until(() => told.messages.length === 1, 'the message');
        const properties = told.messages[0]?.properties.toString('latin1') ?? '';
        assert.ok(properties.includes('stamp') && properties.includes('0123'), properties);
        assert.equal(told.messages[0]?.payload.toString(), 'x');
      });
    });

    test('says when PUBREC came, of several the first, which divides QoS 2 into its two legs [MQTT-4.3.3-1]', async () => {
      const sentUs: Record<string, number> = {};
      const script: Script = {
        publish(packet, peer) {
          peer.send({ cmd: 'pubrec', ...idOf(packet) });
          sentUs['pubrec'] = nowUs();
        },
        pubrel(packet, peer) {
          if (peer.received.filter(({ cmd }) => cmd === 'pubrel').length === 1) {
            sentUs['again'] = nowUs();
            peer.send({ cmd: 'pubrec', ...idOf(packet) });
          } else peer.send({ cmd: 'pubcomp', ...idOf(packet) });
        },
      };
      await play(open, script, {}, async ({ client, told }) => {
        publish(client, 2, 1);
        await told.until(() => told.acks.length === 1, 'PUBCOMP');
        const { pubrecUs = 0 } = told.acks[0] ?? {};
        assert.ok(
          pubrecUs >= (sentUs['pubrec'] ?? 0) && pubrecUs <= (sentUs['again'] ?? 0),
          `${pubrecUs} of ${sentUs}`,
        );
      });
    });

    test('pings when it has nothing to say, and only then [MQTT-3.1.2-23]', async () => {
      await play(open, {}, { keepAliveS: 60 }, async ({ client, told, broker }) => {
        const pings = () => broker.received.filter(({ cmd }) => cmd === 'pingreq').length;
        client.check(nowUs() + 30e6);
        client.subscribe([{ topicFilter: 'a', qos: 0 }]);
        await told.until(() => told.subacks.length === 1, 'SUBACK');
        assert.equal(pings(), 0);
        client.check(nowUs() + 60e6);
        const askedUs = nowUs();
        await told.until(() => told.pings.length === 1, 'PINGRESP');
        assert.ok((told.pings[0] ?? 0) >= askedUs - 1e6 && (told.pings[0] ?? 0) <= nowUs());
        // SUBACK comes behind PINGRESP: so the next silence is a new one.
        client.subscribe([{ topicFilter: 'b', qos: 0 }]);
        await told.until(() => told.subacks.length === 2, 'SUBACK');
        client.check(nowUs() + 120e6);
        await broker.until(() => pings() === 2, 'PINGREQ');
        assert.equal(client.connected, true);
      });
    });

    test('takes the keep-alive of the broker instead of its own [MQTT-3.2.2-21]', async () => {
      const script: Script = { connect: (_, peer) => peer.send(accepted(peer, { serverKeepAlive: 5 })) };
      await play(open, script, { protocol: '5', keepAliveS: 600 }, async ({ client, broker }) => {
        client.check(nowUs() + 6e6);
        await broker.until(() => broker.received.at(-1)?.cmd === 'pingreq', 'PINGREQ');
      });
    });

    test('never pings without a keep-alive', async () => {
      await play(open, {}, { keepAliveS: 0 }, async ({ client, told, broker }) => {
        client.check(nowUs() + 3600e6);
        client.subscribe([{ topicFilter: 'a', qos: 0 }]);
        await told.until(() => told.subacks.length === 1, 'SUBACK');
        assert.deepEqual(
          broker.received.map(({ cmd }) => cmd),
          ['connect', 'subscribe'],
        );
      });
    });
  });
}
