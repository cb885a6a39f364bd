import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noLimits } from '../../../src/clients/limits.ts';
import type { Member } from '../../../src/fleet/member.ts';
import { FakeHost, type Placing, placed, ready, streamOf, welcomed } from '../../support/fake-fleet.ts';
import { group } from '../../support/hand-made.ts';

const filters = [
  { topicFilter: 'a', qos: 1 },
  { topicFilter: 'b', qos: 2 },
] as const;
const impatient = group('g', { reconnect: { afterMs: 100, upToMs: 1000, jitter: 0, attempts: 2 } });

function staged(placing: Placing = {}) {
  const host = new FakeHost();
  const made = placed(host, { group: impatient, ...placing });
  return { host, ...made };
}

function gauges(host: FakeHost) {
  const { clients_connected = 0, clients_waiting = 0 } = host.taken().gauges;
  return [clients_connected, clients_waiting];
}

describe('a member that connects', () => {
  test('waits for its turn, and gives it back when it is connected', () => {
    const { host, member, client } = staged();
    member.due(500);
    assert.deepEqual(host.queued, [{ member, atUs: 500 }]);
    let left = 0;
    member.open(() => left++);
    assert.deepEqual([client.calls, left, gauges(host)], [['connect'], 0, [0, 1]]);
    member.connected(welcomed(1000));
    assert.deepEqual([left, gauges(host), member.ready, member.settled], [1, [1, 0], true, true]);
    assert.deepEqual(host.settledMembers, [member]);
  });

  test('counts connect_time from when it was due, connect_service_time from opening the socket', () => {
    const { host, member } = staged();
    member.due(1_000_000);
    member.open(() => {});
    host.nowUs = 1_001_000;
    member.connected(welcomed(1_000_700));
    const { counts, times } = host.taken().measured;
    assert.equal(counts.connects, 1);
    assert.deepEqual(
      [times.connect_time, times.connect_service_time],
      [
        [1000, 1],
        [300, 1],
      ],
    );
  });

  test('is ready only when its SUBSCRIBE is answered', () => {
    const { host, member, client } = staged({ filters });
    member.open(() => {});
    member.connected(welcomed(0));
    assert.deepEqual([client.calls, client.filters, member.ready], [['connect', 'subscribe'], filters, false]);
    host.nowUs += 50;
    member.subscribed([1, 2], host.nowUs - 50);
    assert.equal(member.ready, true);
    const { counts, times } = host.taken().measured;
    assert.deepEqual([counts.subscribes, counts.subscribe_errors, times.subscribe_time], [2, undefined, [50, 1]]);
    assert.deepEqual(member.absences(), []);
  });

  test('tells which subscriptions are refused or granted less', () => {
    const { host, member } = staged({ filters, index: 4 });
    member.open(() => {});
    member.connected(welcomed(0));
    member.subscribed([0x87, 1], 0);
    assert.deepEqual(host.taken().measured.causes, { subscribe_errors: { not_authorized: 1 } });
    assert.deepEqual(member.absences(), [
      { group: 'g', index: 4, job: 0, granted: 128 },
      { group: 'g', index: 4, job: 1, granted: 1 },
    ]);
  });
});

describe('a member that cannot connect', () => {
  test('tries again after its back-off, until its attempts are over', () => {
    const { host, member } = staged();
    let left = 0;
    const attempt = () => {
      member.open(() => left++);
      member.closed('connection_refused', 'nobody listens');
    };
    attempt();
    assert.deepEqual(
      host.queued.map(({ atUs }) => atUs - host.nowUs),
      [100_000],
    );
    assert.deepEqual([member.settled, gauges(host)], [false, [0, 1]]);
    attempt();
    assert.deepEqual([left, host.queued.length, member.gone, member.settled], [2, 1, true, true]);
    assert.deepEqual(host.settledMembers, [member]);
    assert.deepEqual(gauges(host), [0, 0]);
    assert.deepEqual(member.absences(), [{ group: 'g', index: 0, job: -1, granted: 128 }]);
    assert.equal(host.notes[0], 'g: could not connect: connection_refused (nobody listens)');
  });

  test('tries as often after a loss, which is no attempt', () => {
    const { host, member } = staged();
    member.open(() => {});
    member.connected(welcomed(0));
    member.closed('connection_closed');
    for (let i = 0; i < 2; i++) {
      assert.equal(member.gone, false);
      member.open(() => {});
      member.closed('connection_refused');
    }
    assert.deepEqual(
      host.queued.map(({ atUs }) => atUs - host.nowUs),
      [100_000, 200_000],
    );
    assert.equal(member.gone, true);
  });

  test('counts each failure with its cause, and garbage as a protocol error too', () => {
    const { host, member } = staged();
    for (const cause of ['connection_refused', 'broker_protocol_error']) {
      member.open(() => {});
      member.closed(cause);
    }
    const { counts, causes } = host.taken().measured;
    assert.deepEqual([counts.connect_errors, counts.protocol_errors, counts.disconnects], [2, 1, undefined]);
    assert.deepEqual(causes.connect_errors, { connection_refused: 1, broker_protocol_error: 1 });
  });
});

describe('a member that is given up while an attempt is open', () => {
  test('counts that as what its client calls the time-out, and tells it', () => {
    const { host, member } = staged();
    member.open(() => {});
    member.giveUp();
    assert.equal(member.gone, true);
    assert.deepEqual(host.taken().measured.causes, { connect_errors: { connack_timeout: 1 } });
    assert.deepEqual(host.notes, ['g: could not connect: connack_timeout']);
  });

  test('counts nothing where none is', () => {
    const { host, member } = staged();
    member.giveUp();
    const connected = placed(host, { filters });
    connected.member.open(() => {});
    connected.member.connected(welcomed(0));
    connected.member.giveUp();
    assert.deepEqual(host.taken().measured.causes, {});
  });
});

describe('a member that loses its connection', () => {
  test('comes back: reconnect_time counts from the loss, connect_time is not counted again', () => {
    const host = new FakeHost();
    const { member, client } = ready(host, { group: impatient, filters });
    host.take();
    member.closed('connection_reset');
    assert.deepEqual([host.queued[0]?.atUs, member.ready], [host.nowUs + 100_000, false]);
    host.nowUs += 150_000;
    member.open(() => {});
    host.nowUs += 1000;
    member.connected(welcomed(host.nowUs - 400));
    assert.equal(client.calls.filter((call) => call === 'subscribe').length, 2);
    member.subscribed([1, 2], host.nowUs);
    const { counts, causes, times } = host.taken().measured;
    assert.deepEqual([counts.connects, counts.reconnects, counts.disconnects], [1, 1, 1]);
    assert.deepEqual(causes.disconnects, { connection_reset: 1 });
    assert.equal(times.connect_time, undefined);
    assert.deepEqual(times.reconnect_time?.[1], 1);
    assert.equal(host.settledMembers.length, 1);
  });

  describe('was away from the last that it heard while it was subscribed:', () => {
    const later = (host: FakeHost) => {
      host.nowUs += 1_000_000;
      return host.nowUs;
    };
    const heard: readonly (readonly [string, (member: Member, atUs: number) => void])[] = [
      ['SUBACK', (member, atUs) => member.subscribed([1, 2], atUs)],
      ['PINGRESP', (member, atUs) => member.alive(atUs)],
      ['an acknowledgement', (member, atUs) => member.acknowledged(0, 0, atUs, atUs, 0, 0)],
    ];
    for (const [what, tell] of heard) {
      test(`${what}, and not what came while it was not`, () => {
        const host = new FakeHost();
        const { member } = ready(host, { group: impatient, filters });
        const heardUs = later(host);
        tell(member, heardUs);
        later(host);
        member.closed('connection_reset');
        member.open(() => {});
        member.connected(welcomed(host.nowUs));
        member.alive(later(host));
        member.closed('connection_reset');
        member.open(() => {});
        member.connected(welcomed(host.nowUs));
        const backUs = later(host);
        member.subscribed([1, 2], backUs);
        assert.deepEqual(member.subscriptions.absentUs, [heardUs, backUs]);
      });
    }
  });

  test('begins its back-off anew after each success', () => {
    const host = new FakeHost();
    const { member } = ready(host, { group: impatient });
    for (let i = 0; i < 5; i++) {
      member.closed('connection_reset');
      member.open(() => {});
      member.connected(welcomed(host.nowUs));
    }
    assert.deepEqual(
      host.queued.map(({ atUs }) => atUs - host.nowUs),
      [100_000, 100_000, 100_000, 100_000, 100_000],
    );
  });

  test('counts takeovers', () => {
    const host = new FakeHost();
    const { member } = ready(host);
    member.closed('session_taken_over');
    assert.equal(host.taken().measured.counts.takeovers, 1);
  });

  test('is gone for good where reconnecting is off', () => {
    const host = new FakeHost();
    const { member, client } = ready(host, { group: group('g', { reconnect: false }) });
    member.closed('connection_reset');
    assert.deepEqual([member.gone, host.queued.length, gauges(host)], [true, 0, [0, 0]]);
    member.open(() => assert.ok(true));
    assert.deepEqual(client.calls.filter((call) => call === 'connect').length, 1);
  });

  test('gives its turn back where it is given up before that comes', () => {
    const { member, client } = staged();
    member.giveUp();
    let left = 0;
    member.open(() => left++);
    assert.deepEqual([left, client.calls.includes('connect')], [1, false]);
  });
});

describe('the end of a member', () => {
  test('is a DISCONNECT where it is connected, and what closes then is no loss', () => {
    const host = new FakeHost();
    const { member, client } = ready(host);
    host.ending = true;
    member.end();
    assert.equal(client.calls.at(-1), 'disconnect');
    member.closed('ended');
    assert.equal(member.gone, true);
    assert.equal(host.taken().measured.counts.disconnects, undefined);
  });

  test('breaks off what is opening', () => {
    const { host, member, client } = staged();
    let left = 0;
    member.open(() => left++);
    host.ending = true;
    member.end();
    assert.equal(client.calls.at(-1), 'destroy');
    member.closed('ended');
    assert.deepEqual([left, member.gone, host.settledMembers.length, gauges(host)], [1, true, 1, [0, 0]]);
  });
});

describe('a member whose session is kept', () => {
  const keeping = (protocol: '3.1.1' | '5', kept: 'remove' | 'leave' = 'remove') => {
    const base = group('g');
    return group('g', { kept, session: { ...base.session, protocol, cleanStart: false, resumes: true } });
  };
  const asked = (calls: readonly string[], call: string) => calls.filter((one) => one === call).length;

  test('subscribes again only where the broker has lost it', () => {
    for (const [sessionPresent, subscribes] of [
      [true, 1],
      [false, 2],
    ] as const) {
      const host = new FakeHost();
      const { member, client } = ready(host, { group: keeping('5'), filters });
      member.closed('connection_reset');
      member.open(() => {});
      member.connected(welcomed(host.nowUs, { sessionPresent }));
      assert.equal(member.ready, sessionPresent);
      assert.equal(asked(client.calls, 'subscribe'), subscribes);
      const { counts } = host.taken().measured;
      assert.deepEqual(
        [counts.sessions_resumed, counts.sessions_gone],
        sessionPresent ? [1, undefined] : [undefined, 1],
      );
    }
  });

  test('subscribes again where SUBACK had not come, and is owed what it asked for until it does', () => {
    const { host, member, client } = staged({ filters, group: keeping('5') });
    member.open(() => {});
    member.connected(welcomed(host.nowUs));
    member.closed('connection_closed');
    assert.deepEqual(member.absences(), []);
    member.open(() => {});
    member.connected(welcomed(host.nowUs, { sessionPresent: true }));
    assert.deepEqual([member.ready, asked(client.calls, 'subscribe')], [false, 2]);
  });

  test('on MQTT 5 has it removed with its last word', () => {
    const host = new FakeHost();
    const { member } = ready(host, { group: keeping('5') });
    assert.equal(host.taken().gauges.sessions_kept, 1);
    host.ending = true;
    member.end();
    member.closed('ended');
    const { measured, gauges: left } = host.taken();
    assert.deepEqual(
      [member.gone, host.removals.length, left.sessions_kept, measured.counts.sessions_removed],
      [true, 0, undefined, 1],
    );
  });

  test('has none to remove where the server grants it no time', () => {
    const host = new FakeHost();
    const { member } = placed(host, { group: keeping('5') });
    member.open(() => {});
    member.connected(welcomed(0, { limits: { ...noLimits, sessionExpiryS: 0 } }));
    assert.equal(host.taken().gauges.sessions_kept, undefined);
    host.ending = true;
    member.end();
    member.closed('ended');
    assert.deepEqual([member.gone, host.taken().measured.counts.sessions_removed], [true, undefined]);
  });

  test('before MQTT 5 has it removed by one more connection, which is not counted', () => {
    const host = new FakeHost();
    const { member, client } = ready(host, { group: keeping('3.1.1') });
    host.take();
    host.ending = true;
    member.end();
    member.closed('ended');
    assert.deepEqual([member.gone, host.removals.length], [false, 1]);
    let left = 0;
    member.removeSession(() => left++);
    member.connected(welcomed(host.nowUs));
    assert.equal(client.calls.at(-1), 'disconnect');
    member.closed('ended');
    const { counts } = host.taken().measured;
    assert.deepEqual([member.gone, left, counts.connects, counts.sessions_removed], [true, 1, undefined, 1]);
  });

  test('leaves it where it cannot be removed, or shall stay', () => {
    const host = new FakeHost();
    const { member } = ready(host, { group: keeping('3.1.1') });
    host.ending = true;
    member.end();
    member.closed('ended');
    member.removeSession(() => {});
    member.closed('connection_refused');
    assert.deepEqual([member.gone, host.taken().gauges.sessions_kept], [true, 1]);
    const other = new FakeHost();
    const stays = ready(other, { group: keeping('5', 'leave') });
    other.ending = true;
    stays.member.end();
    stays.member.closed('ended');
    assert.deepEqual([stays.member.gone, other.removals.length, other.taken().gauges.sessions_kept], [true, 0, 1]);
  });

  test('gives up what is in flight when it is gone for good', () => {
    const { member, client } = staged();
    member.giveUp();
    assert.equal(client.calls.includes('abandon'), true);
  });
});

describe('the limits of a broker', () => {
  test('that rule a publish out refuse the connection, with the reason', () => {
    const host = new FakeHost();
    const { member, client } = placed(host);
    const stream = streamOf(member, 0, 2);
    member.streams.push({ stream, drive: {} as never });
    member.open(() => {});
    member.connected(welcomed(host.nowUs, { limits: { ...noLimits, maximumQos: 1 } }));
    assert.equal(client.calls.at(-1), 'destroy');
    member.closed('qos_not_supported');
    assert.deepEqual(host.taken().measured.causes.connect_errors, { qos_not_supported: 1 });
  });

  test('that rule a filter out keep it from being asked for', () => {
    const host = new FakeHost();
    const { member, client } = placed(host, {
      filters: [
        { topicFilter: 'a/+', qos: 1 },
        { topicFilter: 'b', qos: 1 },
        { topicFilter: '$share/s/c', qos: 1 },
      ],
    });
    member.open(() => {});
    member.connected(
      welcomed(host.nowUs, { limits: { ...noLimits, wildcardsAvailable: false, sharedAvailable: false } }),
    );
    assert.deepEqual(
      client.filters.map(({ topicFilter }) => topicFilter),
      ['b'],
    );
    member.subscribed([1], host.nowUs);
    assert.deepEqual(member.subscriptions.granted, [0xa2, 1, 0x9e]);
    assert.deepEqual(host.taken().measured.causes.subscribe_errors, {
      wildcard_subscriptions_not_supported: 1,
      shared_subscriptions_not_supported: 1,
    });
    assert.deepEqual(
      member.absences().map(({ job, granted }) => [job, granted]),
      [
        [0, 128],
        [2, 128],
      ],
    );
    assert.deepEqual(host.notes, [
      'g: the broker grants no wildcards in filters',
      'g: the broker grants no shared subscriptions',
    ]);
  });
});

test('bytes go to the counters once', () => {
  const host = new FakeHost();
  const { member, client } = ready(host);
  Object.assign(client, { bytesSent: 100, bytesReceived: 7 });
  member.countBytes();
  member.countBytes();
  Object.assign(client, { bytesSent: 150 });
  member.countBytes();
  const { counts } = host.taken().measured;
  assert.deepEqual([counts.bytes_sent, counts.bytes_received], [150, 7]);
});
