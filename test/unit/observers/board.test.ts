import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matches } from '../../../src/mqtt/topics.ts';
import { Board } from '../../../src/observers/sys/board.ts';
import { Rounds } from '../../../src/observers/sys/rounds.ts';
import { sysFilters } from '../../../src/observers/sys/topics.ts';

describe('what a broker tells below $SYS', () => {
  it('is taken without what it sent to the observer itself', () => {
    const board = new Board();
    const packetBytes = 40;
    assert.equal(board.hear('$SYS/broker/uptime', '12 seconds', packetBytes), true);
    assert.equal(board.hear('$SYS/broker/clients/connected', '5', packetBytes), false);
    board.hear('$SYS/broker/publish/messages/received', '70', packetBytes);
    board.hear('$SYS/broker/publish/messages/sent', '103', packetBytes);
    board.hear('$SYS/broker/bytes/sent', '9160', packetBytes);
    assert.deepEqual(board.values(), {
      clientsConnected: 4,
      messagesReceived: 70,
      messagesSent: 100,
      bytesSent: 9000,
    });
  });

  it('adds up over the nodes of an EMQX cluster, in the words of EMQX 4 and 5', () => {
    const board = new Board();
    board.hear('$SYS/brokers/emqx@10.0.0.1/version', '5.8.0', 50);
    board.hear('$SYS/brokers/emqx@10.0.0.1/metrics/packets/publish/received', '30', 50);
    board.hear('$SYS/brokers/emqx@10.0.0.2/metrics/packets/publish/received', '12', 50);
    board.hear('$SYS/brokers/emqx@10.0.0.1/stats/connections/count', '4', 50);
    board.hear('$SYS/brokers/emqx@10.0.0.2/stats/connections.count', '3', 50);
    assert.deepEqual([board.version, board.values()], ['5.8.0', { messagesReceived: 42, clientsConnected: 6 }]);
  });

  it('is not heard in topics that are not known, nor in words where a number is due', () => {
    const board = new Board();
    board.hear('$SYS/broker/publish/messages/sent', 'many', 50);
    board.hear('$SYS/broker/heap/current', '5', 50);
    board.hear('$SYS/brokers/emqx@h/clients/abc/connected', '{}', 50);
    assert.deepEqual(board.values(), {});
  });

  it('leaves out QoS 2 and RETAIN of what Mosquitto before 2.0.15 received', () => {
    const uncounted = (version: string) => {
      const board = new Board();
      board.hear('$SYS/broker/version', version, 50);
      return board.dialect?.uncounted(board.version);
    };
    assert.deepEqual(uncounted('mosquitto version 2.0.14'), ['qos2', 'retained']);
    assert.deepEqual(uncounted('mosquitto version 1.6.15'), ['qos2', 'retained']);
    assert.deepEqual(uncounted('mosquitto version 2.0.15'), []);
    assert.deepEqual(uncounted('mosquitto version 2.1.0'), []);
    assert.deepEqual(uncounted(''), []);
  });

  it('is asked for by filters that match the topics', () => {
    const asked = (topic: string) =>
      sysFilters.some((filter) => matches(topic.split('/'), filter.split('/')) === 'yes');
    assert.ok(asked('$SYS/broker/bytes/sent'));
    assert.ok(asked('$SYS/brokers/emqx@h/metrics/bytes/sent'));
    assert.ok(!asked('$SYS/brokers/emqx@h/clients/abc/connected'));
    assert.equal(new Set(sysFilters).size, sysFilters.length);
  });
});

describe('rounds of $SYS', () => {
  const play = () => {
    const rounds = new Rounds();
    let messagesReceived = 0;
    const values = () => ({ messagesReceived });
    const round = (atMs: number, received: number) => {
      rounds.heard(atMs * 1000, true, values);
      messagesReceived = received;
      rounds.heard(atMs * 1000 + 1000, false, values);
    };
    return { rounds, values, round };
  };

  it('are complete when nothing has come for a quarter of a second, and begin when their first message came', () => {
    const { rounds, values, round } = play();
    round(1000, 7);
    rounds.check(1_200_000, values);
    assert.equal(rounds.count, 0);
    rounds.check(1_260_000, values);
    assert.deepEqual(rounds.samples, [{ atUs: 1_000_000, values: { messagesReceived: 7 } }]);
  });

  it('are settled beside other observers when what the broker received is at rest', () => {
    let messagesSent = 0;
    const values = () => ({ messagesReceived: 7, bytesReceived: 70, messagesSent: messagesSent++ });
    const settled = (others: boolean) => {
      const rounds = new Rounds(others);
      for (const atUs of [1_000_000, 3_000_000]) {
        rounds.heard(atUs, true, values);
        rounds.check(atUs + 260_000, values);
      }
      return rounds.settled(500_000);
    };
    assert.deepEqual([settled(true), settled(false)], [true, false]);
  });

  it('are settled when two after the end tell the same, not before', () => {
    const { rounds, values, round } = play();
    const settledAfter = (...received: number[]) => {
      for (const one of received) {
        const atMs = 1000 + rounds.count * 2000;
        round(atMs, one);
        rounds.check(atMs * 1000 + 300_000, values);
      }
      return rounds.settled(4_000_000);
    };
    // At 1, 3, 5, 7 and 9 s.
    assert.equal(settledAfter(10, 10), false);
    assert.equal(settledAfter(10), false);
    assert.equal(settledAfter(11), false);
    assert.equal(settledAfter(11), true);
    assert.equal(rounds.since(4_000_000), 3);
    assert.equal(rounds.intervalMs, 2000);
  });

  it('begin anew with the last one before the run', () => {
    const { rounds, values, round } = play();
    for (const atMs of [1000, 2000]) {
      round(atMs, atMs);
      rounds.check(atMs * 1000 + 300_000, values);
    }
    rounds.begin();
    assert.deepEqual(
      rounds.samples.map(({ atUs }) => atUs),
      [2_000_000],
    );
  });
});
