import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClosedLoop } from '../../../src/fleet/closed-loop.ts';
import type { Placed } from '../../../src/fleet/drive.ts';
import { FakeHost, ready, streamOf, welcomed } from '../../support/fake-fleet.ts';
import { group as makeGroup } from '../../support/hand-made.ts';

const startUs = 10_000_000;
const endUs = startUs + 1_000_000;

function staged({ clients = 1, limit = null as number | null } = {}) {
  const host = new FakeHost();
  host.nowUs = startUs;
  host.recorder.measure(startUs, endUs);
  const group = makeGroup('g', { clients });
  const made = Array.from({ length: clients }, (_, index) => ready(host, { group, index }));
  const placed = made.map(({ member }): Placed => ({ member, stream: streamOf(member) }));
  const loop = new ClosedLoop(placed, limit, () => {});
  for (const { member, stream } of placed) member.streams.push({ stream, drive: loop });
  return { host, made, placed, loop, lengths: () => made.map(({ client }) => client.published.length) };
}

describe('a closed loop', () => {
  test('waits for its start', () => {
    const { loop } = staged();
    assert.equal(loop.nextUs, Number.POSITIVE_INFINITY);
    loop.start(startUs, endUs);
    assert.equal(loop.nextUs, startUs);
  });

  test('publishes in turns, so that every client comes to its own', () => {
    const { host, loop, lengths } = staged({ clients: 3 });
    loop.start(startUs, endUs);
    loop.run(host.clock);
    assert.deepEqual(lengths(), [128, 128, 128]);
    loop.run(host.clock);
    assert.deepEqual(lengths(), [256, 256, 256]);
    assert.ok(loop.nextUs <= host.nowUs);
  });

  test('is never late: an operation is due when it starts', () => {
    const { host, made, loop } = staged();
    loop.start(startUs, endUs);
    const clock = () => (host.nowUs += 10);
    loop.run(clock);
    const { published } = made[0]?.client ?? { published: [] };
    assert.ok(published.every(({ dueUs, nowUs }, i) => dueUs === nowUs && dueUs === startUs + (i + 1) * 10));
    const { counts, times } = host.taken(0).measured;
    assert.deepEqual([counts.publishes_due, counts.messages_sent, times.schedule_lag], [128, 128, undefined]);
    assert.equal(loop.lastDueUs, startUs + 1280);
  });

  test('rests while the client takes nothing, owes nothing, and goes on when it is told', () => {
    const { host, made, loop, lengths } = staged({ clients: 2 });
    const [slow] = made as [(typeof made)[0]];
    slow.client.room = 5;
    loop.start(startUs, endUs);
    loop.run(host.clock);
    loop.run(host.clock);
    assert.deepEqual(lengths(), [5, 256]);
    const { measured, gauges } = host.taken(0);
    assert.deepEqual([measured.counts.publishes_due, gauges.publishes_owed], [261, undefined]);
    slow.client.room = 10;
    slow.member.writable();
    slow.member.writable();
    loop.run(host.clock);
    assert.deepEqual(lengths(), [15, 384]);
  });

  test('rests without an end where nobody takes anything', () => {
    const { host, made, loop } = staged();
    loop.start(startUs, endUs);
    Object.assign(made[0]?.client ?? {}, { room: 0 });
    loop.run(host.clock);
    assert.equal(loop.nextUs, Number.POSITIVE_INFINITY);
  });

  test('makes exactly as many messages as its limit says', () => {
    const { host, placed, loop, lengths } = staged({ clients: 2, limit: 200 });
    loop.start(startUs, endUs);
    for (let i = 0; i < 5; i++) loop.run(host.clock);
    assert.deepEqual(lengths(), [200, 200]);
    assert.deepEqual(
      placed.map(({ stream }) => loop.finished(stream)),
      [true, true],
    );
    assert.equal(loop.nextUs, Number.POSITIVE_INFINITY);
  });

  test('ends with its time', () => {
    const { host, loop, lengths } = staged({ clients: 2 });
    loop.start(startUs, endUs);
    host.nowUs = endUs - 1;
    loop.run(host.clock);
    host.nowUs = endUs;
    for (let i = 0; i < 3; i++) loop.run(host.clock);
    assert.deepEqual(lengths(), [128, 128]);
    assert.equal(loop.nextUs, Number.POSITIVE_INFINITY);
  });

  test('may be stopped earlier', () => {
    const { host, made, loop, lengths } = staged();
    loop.start(startUs, endUs);
    loop.run(host.clock);
    loop.stop(startUs + 10);
    host.nowUs = startUs + 10;
    loop.run(host.clock);
    made[0]?.member.writable();
    loop.run(host.clock);
    assert.deepEqual([lengths(), loop.nextUs], [[128], Number.POSITIVE_INFINITY]);
  });

  test('leaves out who is away, and takes up who comes back', () => {
    const { host, made, loop, lengths } = staged({ clients: 2 });
    const [{ member, client }] = made as [(typeof made)[0]];
    client.connected = false;
    member.closed('connection_reset');
    loop.start(startUs, endUs);
    loop.run(host.clock);
    assert.deepEqual(lengths(), [0, 128]);
    member.open(() => {});
    client.connected = true;
    member.connected(welcomed(0));
    // At once, without waiting for a tick.
    assert.deepEqual(lengths(), [128, 128]);
    loop.run(host.clock);
    assert.deepEqual(lengths(), [256, 256]);
  });
});
