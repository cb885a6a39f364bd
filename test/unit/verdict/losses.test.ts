import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Ledger } from '../../../src/metrics/ledger.ts';
import type { Evidence, Snapshot } from '../../../src/metrics/snapshot.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { settle } from '../../../src/verdict/delivery.ts';
import { type CellContents, group, ordinaryRun, plan, told } from '../../support/hand-made.ts';

// One publisher, 10 messages a second from second 100 on: numbers 0 to 9 are of the warm-up, 10 to 29 are measured.
// One subscriber, which is client 1 of the plan.
const publish = {
  workload: 'publish',
  options: { topic: 'a', qos: 1, retain: false, rate: 10, payload: 256 },
  firstStream: 0,
};
const subscribe = { workload: 'subscribe', options: { topic: 'a', qos: 1 }, firstStream: 0 };

function pair(session: Partial<Plan['groups'][number]['session']> = {}): Plan {
  const subscriber = group('s', { clients: 1, jobs: [subscribe] });
  return plan({
    groups: [
      group('g', { clients: 1, jobs: [publish] }),
      { ...subscriber, session: { ...subscriber.session, ...session } },
    ],
  });
}

const nothing: Ledger = {
  streams: [0, 30, 10, 30],
  unacked: [],
  refused: [],
  receivers: [1, 0],
  absences: [],
  arrivals: [],
  missing: [],
  interrupted: [],
};

function causes(ledger: Partial<Ledger>, lost: number, of = pair(), cells: CellContents[] = [], marks?: number[]) {
  const evidence: Evidence = { violations: [], ledger: { ...nothing, ...ledger }, ...(marks && { marks }) };
  const owed: CellContents = {
    labels: { group: 's', qos: 1 },
    counts: { deliveries_expected: 20, deliveries_made: 20 - lost },
  };
  const snapshots = ordinaryRun([owed, ...cells]).map(
    (each): Snapshot => (each.phase === 'ended' ? { ...each, evidence } : each),
  );
  const { totals, series } = told(of, snapshots);
  const deliveries = settle(of, totals, series);
  return { by: deliveries.lost({}).by, examples: deliveries.examples, violations: deliveries.violations({}).by };
}

describe('what cannot be matched', () => {
  it('goes by counts, and the report says so', () => {
    const owed = { labels: { group: 's', qos: 1 as const }, counts: { deliveries_expected: 20, deliveries_made: 15 } };
    const there = { labels: { group: 's' }, counts: { connects: 1 } };
    const snapshots = ordinaryRun([owed, there]).map(
      (each): Snapshot => (each.phase === 'ended' ? { ...each, evidence: { violations: [] } } : each),
    );
    const { totals, series } = told(pair(), snapshots);
    const { lost, warnings } = settle(pair(), totals, series);
    assert.deepEqual(lost({}).by, { acked_not_delivered: 5 });
    assert.match(warnings.join(), /told by counts, not message by message/);
  });
});

describe('what is missing', () => {
  it('was acknowledged and not delivered where nothing excuses it, and the first five are named', () => {
    const { by, examples, violations } = causes({ arrivals: [1, 0, 30, 0], missing: [1, 0, 8, 15, 8] }, 6);
    assert.deepEqual(by, { acked_not_delivered: 6 });
    assert.deepEqual(violations, { acked_not_delivered: 6 });
    assert.deepEqual(
      examples.map(({ sequence, t }) => [sequence, t]),
      [10, 11, 12, 13, 14].map((sequence) => [sequence, sequence * 100]),
    );
    const { publisher, subscriber, topic, qos } = examples[0] ?? {};
    assert.deepEqual([publisher, subscriber, topic, qos], ['g-abc1234-0', 's-abc1234-0', 'a', 1]);
  });

  it('names those whose ids the broker chose by their place in their groups', () => {
    const assigned = plan({ groups: pair().groups.map((each) => ({ ...each, clientId: '' })) });
    const { publisher, subscriber } = causes({}, 20, assigned).examples[0] ?? {};
    assert.deepEqual([publisher, subscriber], ['g[0]', 's[0]']);
  });

  it('counts where nothing came at all, and where the tail did not come', () => {
    assert.deepEqual(causes({}, 20).by, { acked_not_delivered: 20 });
    assert.deepEqual(causes({ arrivals: [1, 0, 25, 0] }, 5).by, { acked_not_delivered: 5 });
  });

  it('was promised by nobody where it was not acknowledged', () => {
    const found = causes({ arrivals: [1, 0, 28, 0], missing: [1, 0, 12, 13, 2], unacked: [0, 13, 13, 0, 29, 29] }, 4);
    assert.deepEqual(found.by, { unacked: 2, acked_not_delivered: 2 });
    assert.deepEqual(
      found.examples.map(({ sequence }) => sequence),
      [12, 28],
    );
  });

  it('is not expected where it was refused', () => {
    assert.deepEqual(causes({ arrivals: [1, 0, 28, 0], refused: [0, 28, 28] }, 1).by, { acked_not_delivered: 1 });
  });

  const came = { receivers: [1, 1], arrivals: [1, 0, 30, 1], missing: [1, 0, 12, 27, 16] };

  it('is excused while its subscriber was not there, from a second before the last that it heard, and no longer', () => {
    // Heard at 102.5 s, there again at 102.7 s: due then were numbers 15 to 26.
    const away = { ...came, absences: [1, 102_500_000, 102_700_000], interrupted: [1, 0, 12, 27] };
    assert.deepEqual(causes(away, 16).by, { while_disconnected: 12, acked_not_delivered: 4 });
    assert.deepEqual(causes(away, 16, pair({ resumes: true })).by, { session_gone: 12, acked_not_delivered: 4 });
    assert.deepEqual(causes(away, 16, pair({ resumes: true, protocol: '3.1' })).by, {
      unknown: 12,
      acked_not_delivered: 4,
    });
  });

  it('is excused from so long before as the slowest delivery to its group took, where that is more than a second', () => {
    const away = { ...came, absences: [1, 102_500_000, 102_700_000], interrupted: [1, 0, 12, 27] };
    const slow: CellContents = {
      labels: { group: 's', qos: 1 },
      times: { delivery_time: [9_000_000], delivery_service_time: [1000, 1_300_000] },
    };
    const { while_disconnected: excused = 0, acked_not_delivered: broken = 0 } = causes(away, 16, pair(), [slow]).by;
    assert.deepEqual([excused, broken], [15, 1]);
  });

  it('is excused from so long before as its publisher was late, as it was written then', () => {
    const away = { ...came, absences: [1, 102_500_000, 102_700_000], interrupted: [1, 0, 12, 27] };
    const late: CellContents = { labels: { group: 'g', qos: 1 }, times: { publish_time: [1000, 200_000] } };
    assert.deepEqual(causes(away, 16, pair(), [late]).by, { while_disconnected: 14, acked_not_delivered: 2 });
  });

  it('is not excused where a later message of its stream came before the connection broke', () => {
    const away = { ...came, absences: [1, 102_500_000, 102_700_000], interrupted: [1, 0, 20, 27] };
    assert.deepEqual(causes(away, 16).by, { while_disconnected: 7, acked_not_delivered: 9 });
  });

  it('is unknown where its subscriber did not come back and nobody knows when it was due', () => {
    const dropped: CellContents[] = [{ counts: { publishes_dropped: 1 } }];
    const gone = { arrivals: [1, 0, 25, 0], absences: [1, 102_400_000, Number.MAX_SAFE_INTEGER] };
    assert.deepEqual(causes(gone, 5, pair(), dropped).by, { unknown: 5 });
  });

  it('is excused up to the end where its subscriber did not come back, also where sessions were to be kept', () => {
    const gone = { arrivals: [1, 0, 25, 0], absences: [1, 102_400_000, Number.MAX_SAFE_INTEGER] };
    assert.deepEqual(causes(gone, 5).by, { while_disconnected: 5 });
    assert.deepEqual(causes(gone, 5, pair({ resumes: true })).by, { while_disconnected: 5 });
  });

  it('is of unknown cause where the kept session of a shared id passes from one to the other', () => {
    const { groups, ...rest } = pair({ resumes: true });
    const twins = (clientId: string): Plan => {
      const sharing = { clients: 2, clientId, allowDuplicateIds: true as const };
      return { ...rest, groups: groups.map((one) => (one.name === 's' ? { ...one, ...sharing } : one)) };
    };
    const gaps = {
      receivers: [1, 0, 2, 0],
      arrivals: [1, 0, 25, 0, 2, 0, 30, 0],
      missing: [1, 0, 12, 13, 2],
      unacked: [0, 13, 13],
    };
    assert.deepEqual(causes(gaps, 7, twins('twin')).by, { unacked: 1, unknown: 6 });
    assert.deepEqual(causes(gaps, 7, twins('twin-{index}')).by, { unacked: 1, acked_not_delivered: 6 });
    const merged = { ...gaps, missing: [1, 0, 10, 20, 2], unacked: [] };
    assert.deepEqual(causes(merged, 7, twins('twin')).by, { unknown: 7 });
  });

  it('is not excused by a loss of connection where nothing ever came after it', () => {
    const mute = { receivers: [1, 1], arrivals: [1, 0, 12, 0], absences: [1, 101_250_000, 101_500_000] };
    // 12 to 14 were due before it was back.
    assert.deepEqual(causes(mute, 18).by, { while_disconnected: 3, acked_not_delivered: 15 });
  });

  it('goes by the numbers that were skipped where publishes were dropped, so that none can be dated', () => {
    const dropped: CellContents[] = [{ counts: { publishes_dropped: 1 } }];
    const away = { ...came, absences: [1, 102_500_000, 102_700_000], interrupted: [1, 0, 20, 27] };
    assert.deepEqual(causes(away, 16, pair(), dropped).by, { while_disconnected: 8, acked_not_delivered: 8 });
    assert.deepEqual(causes({ ...away, arrivals: [1, 0, 28, 0] }, 18, pair(), dropped).by, {
      while_disconnected: 8,
      unknown: 2,
      acked_not_delivered: 8,
    });
  });

  it('is of unknown cause where a merged gap holds excuses, and never more than was lost', () => {
    const merged = { arrivals: [1, 0, 30, 0], missing: [1, 0, 10, 29, 7], unacked: [0, 15, 15] };
    assert.deepEqual(causes(merged, 7).by, { unknown: 7 });
    assert.deepEqual(causes({ ...merged, unacked: [] }, 7).by, { acked_not_delivered: 7 });
    assert.deepEqual(causes({ arrivals: [1, 0, 10, 0], unacked: [0, 10, 29] }, 3).by, { unacked: 3 });
  });

  it('of a share goes by counts where nobody knows what the members got', () => {
    const shared = pair();
    const job = { ...subscribe, options: { topic: '$share/x/a', qos: 1 } };
    const groups = shared.groups.map((one) => (one.name === 's' ? { ...one, jobs: [job] } : one));
    const there: CellContents = { labels: { group: 's' }, counts: { connects: 1 } };
    assert.deepEqual(causes({}, 3, { ...shared, groups }, [there]).by, { acked_not_delivered: 3 });
    const unacked = { counts: { messages_unacked: 1 } };
    assert.deepEqual(causes({}, 3, { ...shared, groups }, [there, unacked]).by, { unknown: 3 });
  });

  it('of a share is matched with what any of its members got, and excused only by what happened to these', () => {
    const job = { ...subscribe, options: { topic: '$share/x/a', qos: 1 } };
    const team = (session = {}) => {
      const of = pair(session);
      return { ...of, groups: of.groups.map((one) => (one.name === 's' ? { ...one, jobs: [job] } : one)) };
    };
    // One thread had 10 to 17, the other 18, 20 and 22 to 28: 19, 21 and 29 are missing, and 21 was never acknowledged.
    const bits = (...numbers: number[]) => numbers.reduce((word, number) => word | (1 << number), 0) >>> 0;
    const marks = [0, 0, 1, bits(10, 11, 12, 13, 14, 15, 16, 17), 0, 0, 1, bits(18, 20, 22, 23, 24, 25, 26, 27, 28)];
    const unacked = { unacked: [0, 21, 21] };
    const there = (counts = {}): CellContents[] => [{ labels: { group: 's' }, counts: { connects: 1, ...counts } }];
    const clean = causes(unacked, 3, team(), there(), marks);
    assert.deepEqual(clean.by, { unacked: 1, acked_not_delivered: 2 });
    assert.deepEqual(
      clean.examples.map(({ sequence }) => sequence),
      [19, 29],
    );
    // A member was away from 102.5 s to 102.7 s: what was due from a second before it on may have been under way to it.
    const away = { ...unacked, receivers: [1, 1], absences: [1, 102_500_000, 102_700_000] };
    assert.deepEqual(causes(away, 3, team(), there(), marks).by, {
      unacked: 1,
      unknown: 1,
      acked_not_delivered: 1,
    });
    const of = team({ resumes: true });
    assert.deepEqual(causes(away, 3, of, there(), marks).by, { unacked: 1, session_gone: 1, acked_not_delivered: 1 });
    // Who is gone for good is known to be by its keep-alive, and then the others get what is due.
    const gone = { ...unacked, absences: [1, 101_000_000, Number.MAX_SAFE_INTEGER] };
    assert.deepEqual(causes(gone, 3, team({ keepAliveS: 0 }), there(), marks).by, { unacked: 1, unknown: 2 });
    assert.deepEqual(causes(gone, 3, team({ keepAliveS: 1 }), there(), marks).by, {
      unacked: 1,
      unknown: 1,
      acked_not_delivered: 1,
    });
  });
});
