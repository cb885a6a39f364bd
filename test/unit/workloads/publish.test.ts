import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PublishOptions } from '../../../src/workloads/publish.ts';
import { publish } from '../../../src/workloads/publish.ts';
import { subscribe } from '../../../src/workloads/subscribe.ts';
import { FakeClient } from '../../support/fake-fleet.ts';

const who = { group: 'g', index: 3, clientId: 'g-run-3', broker: 'b', run: 'run', seed: 7 };
const context = { protocol: '3.1.1', run: 'run', tag: 1, seed: 7 } as const;

function options(given: Record<string, unknown>): PublishOptions {
  return publish.options.parse({ topic: 't', ...given });
}

function publisher(given: Record<string, unknown>, stream = 0) {
  const work = publish.prepare(options(given), context)(who, stream);
  const client = new FakeClient();
  client.connected = true;
  return {
    client,
    operate: (sequence: number, dueUs = 0, nowUs = 0) => work.operate?.(client, sequence, dueUs, nowUs),
  };
}

describe('the options of publish', () => {
  test('default to QoS 0, 256 bytes and once a second each', () => {
    assert.deepEqual(options({}), { topic: 't', qos: 0, retain: false, payload: 256 });
    assert.equal(publish.pacer?.(options({}), 10)?.at(10), 1000);
  });

  test('allow one way of pacing only', () => {
    const both = publish.options.safeParse({ topic: 't', rate: '1/s', totalRate: '5/s' });
    assert.match(
      both.error?.issues[0]?.message ?? '',
      /only one of rate, totalRate, stages, but has rate and totalRate$/,
    );
  });

  test('ask for the pacer that their keys belong to, or for none', () => {
    assert.equal(publish.pacer?.(options({ rate: '2/s' }), 10)?.at(20), 1000);
    assert.equal(publish.pacer?.(options({ totalRate: '2/s' }), 10)?.at(2), 1000);
    assert.equal(publish.pacer?.(options({ stages: [{ for: '1s', at: '5/s' }] }), 10)?.due(2000), 50);
    assert.equal(publish.pacer?.(options({ rate: 'max' }), 10), null);
  });

  test('may limit the messages of each client', () => {
    assert.equal(publish.limit?.(options({ messages: 5 })), 5);
    assert.equal(publish.limit?.(options({})), null);
  });
});

describe('a publication', () => {
  test('is the topic of one client by level; a level that varies is null', () => {
    const topic = 'a/{index}/{random:10}/x{seq}';
    const publication = publish.publication?.(options({ topic, qos: 2, retain: true }), who, context);
    assert.deepEqual(publication, { levels: ['a', '3', null, null], qos: 2, retain: true, stamp: 'payload' });
  });

  test('is not stamped where the payload has no room for it', () => {
    assert.equal(publish.publication?.(options({ payload: '15B' }), who, context)?.stamp, 'none');
  });
});

describe('the work of a publisher', () => {
  test('is one message a call, with its topic, QoS, due time and stream', () => {
    const { client, operate } = publisher({ topic: 'a/{index}', qos: 1, retain: true }, 77);
    assert.equal(operate(0, 100, 130), true);
    const [message] = client.published;
    assert.deepEqual(
      [message?.topicName, message?.qos, message?.retain, message?.stream, message?.dueUs, message?.nowUs],
      ['a/3', 1, true, 77, 100, 130],
    );
  });

  test('renders a topic that varies for each message', () => {
    const { client, operate } = publisher({ topic: 'a/{seq}' });
    for (const sequence of [0, 1, 2]) operate(sequence);
    assert.deepEqual(
      client.published.map(({ topicName }) => topicName),
      ['a/0', 'a/1', 'a/2'],
    );
  });

  test('says whether the client took it; trying again makes the same message with the later lag', () => {
    const { client, operate } = publisher({ topic: 'a', payload: '16B' });
    client.room = 0;
    assert.equal(operate(4, 100, 200), false);
    client.room = 1;
    assert.equal(operate(4, 100, 1100), true);
    // Lag 1,000 us, stream 0, sequence 4, due 100.
    assert.equal(client.published[0]?.payload.toString('hex').slice(6), '03e8000000' + '00000004' + '00000064');
  });
});

test('subscribe asks for its filter as rendered for the client', () => {
  assert.deepEqual(subscribe.filters?.({ topic: '$share/x/{group}/+/{index}', qos: 2 }, who), [
    { topicFilter: '$share/x/g/+/3', qos: 2 },
  ]);
});
