import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from '../../../src/clients/client.ts';
import { Receipts } from '../../../src/fleet/receipts.ts';
import type { CellSnapshot } from '../../../src/metrics/snapshot.ts';
import type { GroupPlan, Plan } from '../../../src/plan/plan.ts';
import { stampText, writeStamp } from '../../../src/workloads/stamp.ts';
import { FakeHost, incoming, type Placing, ready } from '../../support/fake-fleet.ts';
import { group, plan } from '../../support/hand-made.ts';

const tag = 0x1234;
const nowUs = 5_000_000_000;
const topics = { fixed: 'a/{index}', varying: 'v/{random:9}' };

/** Streams 0 to 9 publish to a/0 .. a/9 at QoS 1, streams 10 to 19 to v/(0..8) at QoS 2. */
function publishing(changes: Partial<Plan> = {}, payload: unknown = 256): Plan {
  const job = (topic: string, qos: number, firstStream: number) => ({
    workload: 'publish',
    options: { topic, qos, retain: false, payload },
    firstStream,
  });
  return plan({ groups: [group('p', { jobs: [job(topics.fixed, 1, 0), job(topics.varying, 2, 10)] })], ...changes });
}

function staged(filters: readonly Filter[], of = publishing(), placing: Placing = {}) {
  const host = new FakeHost();
  host.nowUs = nowUs;
  host.recorder.measure(nowUs - 1_000_000, nowUs);
  const receipts = new Receipts(of, tag, (labels) => host.recorder.cell(labels));
  const { member } = ready(host, { filters, number: 77, ...placing });
  host.take();
  const stampOf = (stream: number, sequence: number, dueUs = nowUs - 1000, lagUs = 100) => {
    const payload = Buffer.alloc(32);
    writeStamp(payload, 0, tag, lagUs, stream, sequence, dueUs);
    return payload;
  };
  return {
    host,
    member,
    receipts,
    /** One stamped message, due 1 ms ago and written 0.1 ms later. */
    get(stream: number, sequence: number, changes: Partial<Parameters<typeof incoming>[0]> = {}): void {
      receipts.received(
        member,
        incoming({ payload: stampOf(stream, sequence), receivedUs: nowUs, qos: 1, ...changes }),
      );
    },
    stampOf,
  };
}

function countsOf(cells: readonly CellSnapshot[]): Record<string, number> {
  return Object.fromEntries(
    cells.flatMap(({ labels, measured }) =>
      Object.entries(measured.counts).map(([name, count]) => [`${name}/${labels.qos ?? ''}`, count]),
    ),
  );
}

const all: Filter = { topicFilter: '#', qos: 2 };

describe('what is received by the plan', () => {
  test('is a delivery made, timed from when it was due and from when it was written', () => {
    const { host, get } = staged([all]);
    get(3, 0);
    get(3, 1);
    const { measured } = host.taken(1);
    assert.deepEqual(measured.counts, { messages_received: 2, deliveries_made: 2 });
    assert.deepEqual(measured.times, { delivery_time: [1000, 2], delivery_service_time: [900, 2] });
  });

  test('counts at the lower of published and granted QoS, whatever the packet says', () => {
    const { host, get } = staged([
      { topicFilter: 'a/+', qos: 0 },
      { topicFilter: 'v/#', qos: 2 },
    ]);
    get(3, 0, { qos: 1 });
    get(12, 0, { qos: 1 });
    assert.deepEqual(countsOf(host.take()), {
      'messages_received/0': 1,
      'deliveries_made/0': 1,
      'messages_received/2': 1,
      'deliveries_made/2': 1,
    });
  });

  test('belongs to the window of its due time', () => {
    const { host, receipts, member, stampOf } = staged([all]);
    for (const dueUs of [nowUs - 1_000_001, nowUs - 1_000_000, nowUs - 1, nowUs]) {
      receipts.received(member, incoming({ payload: stampOf(3, nowUs - dueUs, dueUs, 0), receivedUs: nowUs }));
    }
    const { measured, outside } = host.taken(1);
    assert.deepEqual([measured.counts.messages_received, outside.counts.messages_received], [2, 2]);
  });

  test('again is a duplicate, or a copy where subscriptions overlap; neither is timed', () => {
    const once = staged([all]);
    for (const sequence of [0, 0, 1, 0]) once.get(3, sequence);
    assert.deepEqual(countsOf(once.host.take()), {
      'messages_received/1': 4,
      'deliveries_made/1': 2,
      'messages_duplicated/1': 2,
    });
    const twice = staged([all, { topicFilter: 'a/#', qos: 1 }]);
    for (const sequence of [0, 0, 0]) twice.get(3, sequence);
    const { measured } = twice.host.taken(1);
    assert.deepEqual(measured.counts, {
      messages_received: 3,
      deliveries_made: 1,
      messages_copied: 1,
      messages_duplicated: 1,
    });
    assert.deepEqual(measured.times.delivery_time, [1000, 1]);
  });

  test('again and again is one copy and then duplicates, also behind later ones', () => {
    const { host, receipts, get } = staged([all, { topicFilter: 'v/#', qos: 2 }]);
    for (const sequence of [0, 1, 0, 0, 0, 1]) get(12, sequence);
    const { counts, causes } = host.taken(2).measured;
    assert.deepEqual([counts.messages_copied, counts.messages_duplicated], [2, 2]);
    assert.deepEqual([causes.messages_duplicated, receipts.violations.length], [{ forbidden: 2 }, 2]);
  });

  for (const [filter, published, granted, allowed] of [
    ['a/+', 1, 0, true],
    ['a/+', 1, 2, true],
    ['v/#', 2, 1, true],
    ['v/#', 2, 0, false],
    ['v/#', 2, 2, false],
  ] as const) {
    const so = allowed ? 'allowed' : 'forbidden';
    test(`again is ${so} where it is published at QoS ${published} and granted QoS ${granted}`, () => {
      const { host, receipts, get } = staged([{ topicFilter: filter, qos: granted }]);
      const stream = published === 1 ? 3 : 12;
      for (const sequence of [0, 0, 0]) get(stream, sequence, { qos: granted });
      const cell = host.taken(Math.min(published, granted) as 0 | 1 | 2).measured;
      assert.equal(cell.counts.messages_duplicated, 2);
      assert.deepEqual(cell.causes.messages_duplicated, allowed ? undefined : { forbidden: 2 });
      const seen = { kind: 'duplicate', stream, sequence: 0, dueUs: nowUs - 1000, receiver: 77 };
      assert.deepEqual(receipts.violations, allowed ? [] : [seen, seen]);
    });
  }

  test('names five of each kind that were due in the measured window, whatever the warm-up brought before', () => {
    const { receipts, member, stampOf } = staged([all]);
    const get = (sequence: number, dueUs: number) =>
      receipts.received(member, incoming({ payload: stampOf(12, sequence, dueUs), receivedUs: nowUs, qos: 2 }));
    for (let n = 0; n < 6; n++) for (const sequence of [2 * n + 1, 2 * n, 2 * n]) get(sequence, nowUs - 2_000_000);
    for (let n = 6; n < 12; n++) for (const sequence of [2 * n + 1, 2 * n, 2 * n]) get(sequence, nowUs - 1000);
    const numbersOf = (kind: string) => receipts.violations.flatMap((one) => (one.kind === kind ? one.sequence : []));
    assert.deepEqual(numbersOf('duplicate'), [12, 14, 16, 18, 20]);
    assert.deepEqual(numbersOf('out_of_order'), [12, 14, 16, 18, 20]);
  });

  test('late is a delivery made, and out of order', () => {
    const { host, get } = staged([all]);
    for (const sequence of [0, 2, 1]) get(3, sequence);
    assert.deepEqual(countsOf(host.take()), {
      'messages_received/1': 3,
      'deliveries_made/1': 3,
      'messages_out_of_order/1': 1,
    });
  });

  test('in any order and again is no violation where filters of one client deliver at QoS 1 and at QoS 2', () => {
    const { host, receipts, get } = staged([
      { topicFilter: 'v/+', qos: 1 },
      { topicFilter: 'v/#', qos: 2 },
    ]);
    for (const sequence of [0, 0, 2, 1, 2, 2]) get(12, sequence);
    const { measured } = host.taken(2);
    assert.deepEqual(measured.counts, {
      messages_received: 6,
      deliveries_made: 3,
      messages_copied: 2,
      messages_duplicated: 1,
    });
    assert.deepEqual([measured.causes, receipts.violations], [{}, []]);
  });

  test('of a share is a delivery made, in whatever order, and again a duplicate, whichever member gets it', () => {
    const filters = [{ topicFilter: '$share/s/#', qos: 1 as const }];
    const job = { workload: 'subscribe', options: { topic: '$share/s/#', qos: 1 }, firstStream: 0 };
    const { groups } = publishing();
    const { host, receipts, get, stampOf } = staged(
      filters,
      publishing({ groups: [...groups, group('g', { jobs: [job] })] }),
    );
    const { member } = ready(host, { filters, number: 78 });
    for (const sequence of [5, 1, 9, 1]) get(3, sequence);
    for (const sequence of [5, 6])
      receipts.received(member, incoming({ payload: stampOf(3, sequence), receivedUs: nowUs, qos: 1 }));
    const { measured } = host.taken(1);
    assert.deepEqual(measured.counts, { messages_received: 6, deliveries_made: 4, messages_duplicated: 2 });
    assert.equal(measured.times.delivery_time?.[1], 4);
  });

  test('is found by its digits in a property too', () => {
    const { host, receipts, member } = staged([all]);
    const properties = Buffer.from(`\x26\0\x05stamp\0\x20${stampText(tag, 0, 3, 0, nowUs - 5)}`, 'latin1');
    receipts.received(member, incoming({ payload: Buffer.from('x'), properties, receivedUs: nowUs, qos: 1 }));
    assert.equal(host.taken(1).measured.counts.deliveries_made, 1);
  });
});

describe('what the plan does not foresee', () => {
  test('is received and timed, but not judged', () => {
    const { host, get } = staged([{ topicFilter: 'v/5', qos: 2 }]);
    for (const sequence of [0, 0, 7]) get(12, sequence, { qos: 2 });
    get(3, 0);
    const cells = host.take();
    assert.deepEqual(countsOf(cells), {
      'messages_received/2': 3,
      'messages_unjudged/2': 3,
      'messages_received/1': 1,
      'messages_unjudged/1': 1,
    });
    assert.equal(cells.find(({ labels }) => labels.qos === 2)?.measured.times.delivery_time?.[1], 3);
  });

  test('is what comes from another broker, unless they are a cluster', () => {
    const brokers = ['b1', 'b2'].map((name) => ({ name, target: { url: '' }, weight: 1, embedded: false }));
    for (const cluster of [false, true]) {
      const { host, get } = staged([all], publishing({ brokers, cluster }), { broker: 'b1' });
      // Clients 0, 2, ... publish on b1, the others on b2.
      get(2, 0);
      get(3, 0);
      const { counts } = host.taken(1).measured;
      assert.deepEqual([counts.deliveries_made, counts.messages_unjudged], cluster ? [2, undefined] : [1, 1]);
    }
  });
});

describe('foreign is', () => {
  const foreign = (send: (to: ReturnType<typeof staged>) => void, of?: Plan) => {
    const to = staged([all], of);
    to.host.recorder.measure(0, Number.POSITIVE_INFINITY);
    send(to);
    return countsOf(to.host.take());
  };
  const one = { 'messages_foreign/1': 1 };

  test('a message without a stamp', () => {
    for (const payload of ['', 'hello', 'x'.repeat(500)]) {
      assert.deepEqual(
        foreign(({ get }) => get(0, 0, { payload: Buffer.from(payload) })),
        one,
      );
    }
  });

  test('a stamp of another run', () => {
    const payload = Buffer.alloc(16);
    writeStamp(payload, 0, tag + 1, 0, 3, 0, nowUs);
    assert.deepEqual(
      foreign(({ get }) => get(0, 0, { payload })),
      one,
    );
  });

  test('a stream that the plan does not have, and a number that no first message has', () => {
    assert.deepEqual(
      foreign(({ get }) => get(20, 0)),
      one,
    );
    assert.deepEqual(
      foreign(({ get }) => get(3, 2 ** 31)),
      one,
    );
  });

  test('but not a message without a stamp where the plan publishes such', () => {
    const counts = foreign(
      ({ get }) => get(0, 0, { payload: Buffer.from('hello') }),
      publishing({}, { text: 'hello' }),
    );
    assert.deepEqual(counts, { 'messages_received/1': 1, 'messages_unjudged/1': 1 });
  });

  test('but not one without a stamp at a client before MQTT 5, where the stamp is a user property', () => {
    const speaking = (name: string, protocol: '3.1.1' | '5') => {
      const { session, jobs } = publishing({}, { text: 'hello' }).groups[0] as GroupPlan;
      return group(name, { session: { ...session, protocol }, jobs: protocol === '5' ? jobs : [] });
    };
    const groups = [speaking('p', '5'), speaking('old', '3.1.1')];
    for (const of of groups) {
      const { host, get } = staged([all], plan({ groups }), { group: of });
      host.recorder.measure(0, Number.POSITIVE_INFINITY);
      get(0, 0, { payload: Buffer.from('hello') });
      const unjudged = { 'messages_received/1': 1, 'messages_unjudged/1': 1 };
      assert.deepEqual(countsOf(host.take()), of.name === 'old' ? unjudged : one);
    }
  });

  test('a retained message of somebody else; one of our own is retained, and neither timed nor judged', () => {
    assert.deepEqual(
      foreign(({ get }) => get(0, 0, { payload: Buffer.from('hello'), retain: true })),
      one,
    );
    assert.deepEqual(
      foreign(({ get }) => get(3, 0, { retain: true })),
      { 'messages_retained/1': 1 },
    );
  });
});

test('every receiver has its own ledger', () => {
  const { host, receipts, get, stampOf } = staged([all]);
  const { member } = ready(host, { filters: [all], number: 78 });
  get(3, 0);
  receipts.received(member, incoming({ payload: stampOf(3, 0), receivedUs: nowUs, qos: 1 }));
  assert.equal(host.taken(1).measured.counts.deliveries_made, 2);
});
