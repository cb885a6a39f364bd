import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeHost, ready, streamOf } from '../../support/fake-fleet.ts';

function staged(qos: 0 | 1 | 2) {
  const host = new FakeHost();
  host.recorder.measure(1000, 2000);
  const { member, client } = ready(host);
  const stream = streamOf(member, 0, qos);
  const cell = host.recorder.cell({ group: 'subscribers', broker: 'b', qos: 1 });
  stream.owes = [{ cell, count: 3 }];
  host.take();
  return { host, client, stream, cell, counts: () => host.taken(qos) };
}

describe('a stream', () => {
  test('takes back what a limit of the broker forbade to send', () => {
    const { client, stream, cell, counts } = staged(1);
    const publish = client.publish.bind(client);
    client.publish = (message, dueUs, nowUs) => {
      stream.forbidden(dueUs, 'packet_too_large');
      return publish(message, dueUs, nowUs);
    };
    assert.equal(stream.publish(client, 1500, 1501), true);
    const owed = cell.at(1500).counts.deliveries_expected;
    const { measured, gauges } = counts();
    assert.deepEqual(
      [measured.counts, measured.causes],
      [{ publishes_dropped: 1 }, { publishes_dropped: { packet_too_large: 1 } }],
    );
    assert.deepEqual([gauges.in_flight, owed], [undefined, 0]);
  });

  test('counts what is sent again, and what is owed for what was never acknowledged', () => {
    const { client, stream, cell, counts } = staged(1);
    stream.publish(client, 1500, 1501);
    stream.resent(1500);
    stream.abandoned(1500, true, 0);
    assert.equal(cell.at(1500).counts.deliveries_unacked, 3);
    const { measured } = counts();
    assert.deepEqual([measured.counts.messages_resent, measured.counts.messages_unacked], [1, 1]);
  });

  test('numbers what the client took, and nothing else', () => {
    const { client, stream, counts } = staged(1);
    client.room = 0;
    assert.equal(stream.publish(client, 1500, 1501), false);
    assert.equal(stream.sequence, 0);
    client.room = 2;
    assert.equal(stream.publish(client, 1500, 1501), true);
    assert.equal(stream.publish(client, 1600, 1601), true);
    assert.equal(stream.sequence, 2);
    const { measured, gauges } = counts();
    assert.deepEqual(measured.counts, { messages_sent: 2 });
    assert.equal(gauges.in_flight, 2);
  });

  test('counts what it sends, and what that owes, by its due time', () => {
    const { host, client, stream, cell } = staged(0);
    for (const dueUs of [999, 1000, 1999, 2000, 2001]) stream.publish(client, dueUs, 5000);
    const cells = host.take();
    const owed = cells.find(({ labels }) => labels.group === cell.labels.group);
    assert.deepEqual(
      [owed?.measured.counts, owed?.outside.counts],
      [{ deliveries_expected: 6 }, { deliveries_expected: 9 }],
    );
    const sent = cells.find(({ labels }) => labels.group === 'g' && labels.qos === 0);
    assert.deepEqual([sent?.measured.counts, sent?.outside.counts], [{ messages_sent: 2 }, { messages_sent: 3 }]);
    // Nothing acknowledges QoS 0.
    assert.equal(sent?.gauges.in_flight, undefined);
  });

  test('times an acknowledgement from when it was due and from when it was written', () => {
    const { client, stream, counts } = staged(1);
    stream.publish(client, 1500, 1510);
    stream.acknowledged(0, 1500, 1510, 0, 1600, 0);
    const { measured, gauges } = counts();
    assert.deepEqual(measured.counts, { messages_sent: 1, messages_acked: 1 });
    assert.deepEqual(measured.times, { publish_time: [100, 1], publish_service_time: [90, 1] });
    assert.equal(gauges.in_flight, undefined);
  });

  test('times the two legs of QoS 2, which make up the whole, and none where PUBREC never came', () => {
    const { client, stream, counts } = staged(2);
    for (const pubrecUs of [1540, 0]) {
      stream.publish(client, 1500, 1510);
      stream.acknowledged(0, 1500, 1510, pubrecUs, 1600, 0);
    }
    assert.deepEqual(counts().measured.times, {
      publish_time: [100, 2],
      publish_service_time: [90, 2],
      publish_received_time: [30, 1],
      publish_complete_time: [60, 1],
    });
  });

  test('takes "no matching subscribers" for an acknowledgement, and 0x80 and above for a refusal, which owes nothing', () => {
    const { host, client, stream, cell } = staged(2);
    for (let i = 0; i < 3; i++) stream.publish(client, 1500, 1510);
    stream.acknowledged(0x10, 1500, 1510, 0, 1600, 0);
    stream.acknowledged(0x87, 1500, 1510, 0, 1600, 0);
    stream.acknowledged(0x97, 1500, 1510, 0, 1600, 0);
    const cells = host.take();
    const own = cells.find(({ labels }) => labels.qos === 2)?.measured;
    assert.deepEqual(own?.counts, { messages_sent: 3, messages_acked: 1, publish_errors: 2 });
    assert.deepEqual(own?.causes, { publish_errors: { not_authorized: 1, quota_exceeded: 1 } });
    const owed = cells.find(({ labels }) => labels.group === cell.labels.group);
    assert.deepEqual(owed?.measured.counts, { deliveries_expected: 3 });
  });

  test('counts what was given up with its session as unacknowledged and as an error, at the end only as unacknowledged', () => {
    const { client, stream, counts } = staged(1);
    stream.publish(client, 1500, 1510);
    stream.publish(client, 1600, 1610);
    stream.abandoned(1500, true, 0);
    stream.abandoned(1600, false, 0);
    const { measured, gauges } = counts();
    assert.deepEqual(measured.counts, { messages_sent: 2, messages_unacked: 2, publish_errors: 1 });
    assert.deepEqual(measured.causes, { publish_errors: { session_lost: 1 } });
    assert.equal(gauges.in_flight, undefined);
  });

  test('is active until it is retired', () => {
    const { stream, counts } = staged(0);
    assert.equal(counts().gauges.streams_active, 1);
    stream.retire();
    assert.equal(stream.active, false);
    assert.equal(counts().gauges.streams_active, undefined);
  });
});
