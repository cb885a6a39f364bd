import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import type { Client, Session } from '../../src/clients/client.ts';
import { clients } from '../../src/clients/index.ts';
import { play, type Scene } from '../support/scene.ts';
import type { Peer, Script } from '../support/scripted-broker.ts';
import { accepted, idOf, silent } from '../support/scripted-broker.ts';
import { publishing } from '../support/session.ts';

const kept: Partial<Session> = { protocol: '5', resumes: true, sessionExpiryS: 3600, inFlight: 10 };

/** Says that the session is there from the second connection on, or that it is not. */
const answering = (present: boolean, properties?: object): Script => {
  let connections = 0;
  return {
    connect: (_, peer) =>
      peer.send({ ...accepted(peer, properties), sessionPresent: present && connections++ > 0 } as Packet),
  };
};

function publish(client: Client, qos: 1 | 2, count: number): void {
  for (let i = 0; i < count; i++)
    assert.equal(client.publish(publishing('a/b', qos, `${i}`, i), 1000 + i, 2000 + i), true);
  client.flush();
}

type Publish = Extract<Packet, { cmd: 'publish' }>;
const publishesOf = (peer: Peer | undefined) =>
  (peer?.received ?? []).filter((packet): packet is Publish => packet.cmd === 'publish');
const short = (packets: readonly Publish[]) =>
  packets.map(({ messageId, dup, payload }) => [messageId, dup, String(payload)]);
const cleanOf = (peer: Peer | undefined) => {
  const [first] = peer?.received ?? [];
  return first?.cmd === 'connect' ? first.clean : undefined;
};

/** Breaks the connection, and makes another. */
async function comeBack({ client, told, broker }: Scene): Promise<void> {
  broker.peers.at(-1)?.reset();
  await told.untilClosed();
  client.connect();
}

for (const [name, load] of Object.entries(clients)) {
  describe(`a session that ${name} keeps`, async () => {
    const open = await load(['mqtt']);

    test('begins anew once, and is resumed from then on, with its expiry', async () => {
      await play(open, answering(true), kept, async (scene) => {
        await comeBack(scene);
        await scene.told.untilConnected(2);
        assert.deepEqual(scene.broker.peers.map(cleanOf), [true, false]);
        assert.deepEqual(
          scene.broker.received.flatMap((packet) =>
            packet.cmd === 'connect' ? [packet.properties?.sessionExpiryInterval] : [],
          ),
          [3600, 3600],
        );
        assert.deepEqual(
          scene.told.connects.map(({ sessionPresent }) => sessionPresent),
          [false, true],
        );
      });
    });

    test('without an id begins anew until the broker has assigned one, and is resumed under that', async () => {
      const connects = ({ broker }: Scene) =>
        broker.received.flatMap((packet) => (packet.cmd === 'connect' ? [[packet.clientId, packet.clean]] : []));
      const nameless = { ...kept, clientId: '', cleanStart: false };
      await play(open, answering(true), nameless, async (scene) => {
        await comeBack(scene);
        await scene.told.untilConnected(2);
        assert.deepEqual(connects(scene), [
          ['', true],
          ['', true],
        ]);
      });
      await play(open, answering(true, { assignedClientIdentifier: 'given' }), nameless, async (scene) => {
        await comeBack(scene);
        await scene.told.untilConnected(2);
        assert.deepEqual(connects(scene), [
          ['', true],
          ['given', false],
        ]);
      });
    });

    test('never says CleanSession on MQTT 3.1.1', async () => {
      await play(open, {}, { ...kept, protocol: '3.1.1', cleanStart: false }, async (scene) => {
        await comeBack(scene);
        await scene.told.untilConnected(2);
        assert.deepEqual(scene.broker.peers.map(cleanOf), [false, false]);
      });
    });

    test('sends what is unacknowledged again, in order, with DUP, before anything new [MQTT-4.4.0-1]', async () => {
      let answers = false;
      const script: Script = {
        ...answering(true),
        publish: (packet, peer) => {
          if (answers) peer.send({ cmd: 'puback', ...idOf(packet) });
        },
      };
      await play(open, script, kept, async (scene) => {
        const { client, told, broker } = scene;
        publish(client, 1, 3);
        await broker.until(() => publishesOf(broker.peers[0]).length === 3, 'three publishes');
        answers = true;
        // As the fleet does: what is owed is tried at once, and again when there is room.
        let taken = false;
        const owed = (): void => {
          if (!taken) taken = client.publish(publishing('a/b', 1, 'new', 9), 5000, 5000);
          client.flush();
        };
        told.onWritable = owed;
        told.onConnected = owed;
        await comeBack(scene);
        await told.untilConnected(2);
        assert.deepEqual(told.abandons, []);
        await told.until(() => told.acks.length === 4, 'the new one');
        const first = short(publishesOf(broker.peers[0]));
        const again = short(publishesOf(broker.peers[1]));
        assert.deepEqual(
          first.map(([, dup, payload]) => [dup, payload]),
          [
            [false, '0'],
            [false, '1'],
            [false, '2'],
          ],
        );
        assert.deepEqual(
          again.slice(0, 3),
          first.map(([id, , payload]) => [id, true, payload]),
        );
        assert.deepEqual([again[3]?.[1], again[3]?.[2]], [false, 'new']);
        assert.deepEqual(
          told.resends,
          [0, 1, 2].map((i) => ({ stream: i, dueUs: 1000 + i })),
        );
        assert.deepEqual(
          told.acks.slice(0, 3).map(({ stream, writtenUs }) => [stream, writtenUs]),
          [
            [0, 2000],
            [1, 2001],
            [2, 2002],
          ],
        );
        assert.equal(client.inFlight, 0);
      });
    });

    test('goes on with PUBREL where PUBREC has come', async () => {
      const script: Script = {
        ...answering(true),
        pubrel: (packet, peer) => {
          if (peers() > 1) peer.send({ cmd: 'pubcomp', ...idOf(packet) });
        },
      };
      let peers = () => 1;
      await play(open, script, kept, async (scene) => {
        const { client, told, broker } = scene;
        peers = () => broker.peers.length;
        publish(client, 2, 1);
        await broker.until(() => broker.received.some(({ cmd }) => cmd === 'pubrel'), 'PUBREL');
        await comeBack(scene);
        await told.until(() => told.acks.length === 1, 'PUBCOMP');
        assert.deepEqual(
          broker.peers[1]?.received.map(({ cmd }) => cmd),
          ['connect', 'pubrel'],
        );
        assert.deepEqual(told.resends, []);
      });
    });

    test('gives up what is unacknowledged where the session is gone', async () => {
      await play(open, { ...answering(false), publish: silent }, kept, async (scene) => {
        const { client, told, broker } = scene;
        publish(client, 1, 3);
        await broker.until(() => publishesOf(broker.peers[0]).length === 3, 'three publishes');
        await comeBack(scene);
        await told.untilConnected(2);
        assert.deepEqual(
          told.abandons,
          [0, 1, 2].map((i) => ({ stream: i, dueUs: 1000 + i })),
        );
        assert.equal(client.inFlight, 0);
        publish(client, 1, 1);
        await broker.until(() => publishesOf(broker.peers[1]).length === 1, 'a new publish');
        assert.deepEqual(
          short(publishesOf(broker.peers[1])).map(([, dup, payload]) => [dup, payload]),
          [[false, '0']],
        );
      });
    });

    test('gives up what is unacknowledged when it is told to', async () => {
      await play(open, { publish: silent }, kept, async ({ client, told, broker }) => {
        publish(client, 1, 2);
        broker.peers[0]?.reset();
        await told.untilClosed();
        assert.deepEqual([told.abandons.length, client.inFlight], [0, 2]);
        client.abandon();
        assert.deepEqual([told.abandons.length, client.inFlight], [2, 0]);
      });
    });

    test('remembers the QoS 2 messages that wait for PUBREL over connections [MQTT-4.3.3-10]', async () => {
      await play(open, { ...answering(true), pubrec: silent }, kept, async (scene) => {
        const { told, broker } = scene;
        const send = (dup: boolean) =>
          broker.peers
            .at(-1)
            ?.send({ cmd: 'publish', topic: 'a', payload: 'x', qos: 2, messageId: 7, dup, retain: false });
        send(false);
        await told.until(() => told.messages.length === 1, 'the message');
        await comeBack(scene);
        await told.untilConnected(2);
        send(true);
        await broker.until(() => broker.peers[1]?.received.some(({ cmd }) => cmd === 'pubrec') === true, 'PUBREC');
        assert.equal(told.messages.length, 1);
      });
    });

    test('ends with a DISCONNECT that makes the server forget it, or with a clean connection', async () => {
      await play(open, answering(true), kept, async ({ client, told, broker }) => {
        client.disconnect(true);
        await told.untilClosed();
        const last = broker.received.at(-1);
        assert.equal(last?.cmd === 'disconnect' ? last.properties?.sessionExpiryInterval : undefined, 0);
        client.connect(true);
        await told.untilConnected(2);
        assert.equal(cleanOf(broker.peers[1]), true);
        const connect = broker.peers[1]?.received[0];
        assert.equal(connect?.cmd === 'connect' ? connect.properties?.sessionExpiryInterval : 1, undefined);
      });
    });

    test('uses the client id that the server assigns from then on [MQTT-3.2.2-16]', async () => {
      const script = answering(true, { assignedClientIdentifier: 'server-made' });
      await play(open, script, { ...kept, clientId: '' }, async (scene) => {
        await comeBack(scene);
        await scene.told.untilConnected(2);
        const ids = scene.broker.received.flatMap((packet) => (packet.cmd === 'connect' ? [packet.clientId] : []));
        assert.deepEqual(ids, ['', 'server-made']);
      });
    });
  });

  describe(`the limits of a server and ${name}`, async () => {
    const open = await load(['mqtt']);

    test('are told', async () => {
      const properties = {
        maximumQoS: 1,
        retainAvailable: false,
        maximumPacketSize: 100,
        wildcardSubscriptionAvailable: false,
        sharedSubscriptionAvailable: false,
        receiveMaximum: 7,
        serverKeepAlive: 33,
        sessionExpiryInterval: 60,
      };
      await play(open, { connect: (_, peer) => peer.send(accepted(peer, properties)) }, kept, async ({ told }) => {
        assert.deepEqual(told.connects[0]?.limits, {
          maximumQos: 1,
          retainAvailable: false,
          maximumPacketSize: 100,
          wildcardsAvailable: false,
          sharedAvailable: false,
          receiveMaximum: 7,
          keepAliveS: 33,
          sessionExpiryS: 60,
          assignedClientId: undefined,
        });
      });
    });

    test('keep a packet that is too large from being sent [MQTT-3.2.2-15]', async () => {
      const script: Script = { connect: (_, peer) => peer.send(accepted(peer, { maximumPacketSize: 100 })) };
      await play(open, script, { protocol: '5' }, async ({ client, told, broker }) => {
        const fits = 100 - 2 - 2 - 3 - 2 - 1;
        for (const [stream, bytes] of [fits, fits + 1].entries()) {
          assert.equal(client.publish(publishing('a/b', 1, Buffer.alloc(bytes), stream), 1, 1), true);
        }
        client.flush();
        await told.until(() => told.acks.length === 1, 'the acknowledgement of the one that fits');
        assert.deepEqual(told.forbiddens, [{ stream: 1, dueUs: 1, cause: 'packet_too_large' }]);
        assert.equal(publishesOf(broker.peers[0]).length, 1);
        assert.equal(client.inFlight, 0);
      });
    });

    test('hold a resumed session to its Receive Maximum while it sends again [MQTT-3.3.4-9]', {
      skip: name === 'mqttjs' && 'MQTT.js sends one at a time',
    }, async () => {
      let connections = 0;
      const script: Script = {
        connect: (_, peer) => {
          const again = connections++ > 0;
          peer.send({ ...accepted(peer, again ? { receiveMaximum: 2 } : undefined), sessionPresent: again } as Packet);
        },
        publish: silent,
      };
      await play(open, script, kept, async (scene) => {
        const { client, told, broker } = scene;
        publish(client, 1, 5);
        await broker.until(() => publishesOf(broker.peers[0]).length === 5, 'five publishes');
        await comeBack(scene);
        await broker.until(() => publishesOf(broker.peers[1]).length === 2, 'two again');
        assert.equal(client.publish(publishing('a/b', 0, 'new'), 1, 1), false);
        for (let sent = 2; sent < 5; sent++) {
          broker.peers[1]?.send({ cmd: 'puback', messageId: publishesOf(broker.peers[1])[sent - 2]?.messageId ?? 0 });
          await broker.until(() => publishesOf(broker.peers[1]).length === sent + 1, 'the next one');
        }
        assert.equal(told.resends.length, 5);
      });
    });
  });
}
