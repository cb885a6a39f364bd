import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from '../../../src/clients/client.ts';
import type { Absence } from '../../../src/metrics/snapshot.ts';
import type { GroupPlan, Plan } from '../../../src/plan/plan.ts';
import { Routes, route } from '../../../src/plan/routes.ts';
import type { Publication } from '../../../src/workloads/workload.ts';
import { group, plan } from '../../support/hand-made.ts';

type Subscribing = { readonly topic: string; readonly qos?: 0 | 1 | 2 };

function listeners(name: string, clients: number, ...entries: readonly Subscribing[]): GroupPlan {
  const jobs = entries.map((options) => ({ workload: 'subscribe', options: { qos: 0, ...options }, firstStream: 0 }));
  return group(name, { clients, jobs });
}

function publication(topic: string | readonly (string | null)[], qos: 0 | 1 | 2 = 0): Publication {
  return { levels: typeof topic === 'string' ? topic.split('/') : topic, qos, retain: false, stamp: 'payload' };
}

/** "group/broker/QoS": how many deliveries one message owes. */
function owed(of: Plan, published: Publication, broker = 'b', absent: readonly Absence[] = []): Record<string, number> {
  return Object.fromEntries(
    new Routes(of, absent)
      .expectations(published, broker)
      .map(({ labels, count }) => [`${labels.group}/${labels.broker}/${labels.qos}`, count]),
  );
}

const brokers = ['b1', 'b2'].map((name) => ({ name, target: { url: '' }, weight: 1, embedded: false }));

describe('a message is expected', () => {
  test('by every client whose filter matches, by wildcards too', () => {
    const groups = [
      listeners('some', 3, { topic: 'a/+' }),
      listeners('all', 2, { topic: '#' }),
      listeners('none', 9, { topic: 'b/#' }),
    ];
    assert.deepEqual(owed(plan({ groups }), publication('a/1')), { 'some/b/0': 3, 'all/b/0': 2 });
    assert.deepEqual(owed(plan({ groups }), publication('c')), { 'all/b/0': 2 });
    assert.deepEqual(owed(plan({ groups: groups.slice(0, 1) }), publication('c')), {});
  });

  test('by the one client whose filter has its index', () => {
    const groups = [listeners('own', 100, { topic: 'to/{index}' }), listeners('tens', 100, { topic: 'to/{index/10}' })];
    assert.deepEqual(owed(plan({ groups }), publication('to/7')), { 'own/b/0': 1, 'tens/b/0': 10 });
  });

  test('not by leading wildcards where the topic begins with $ [MQTT-4.7.2-1]', () => {
    const groups = [listeners('all', 2, { topic: '#' }), listeners('sys', 1, { topic: '$x/#' })];
    assert.deepEqual(owed(plan({ groups }), publication('$x/a')), { 'sys/b/0': 1 });
  });

  test('at the lower of published and granted QoS', () => {
    const groups = [listeners('zero', 1, { topic: '#' }), listeners('two', 1, { topic: '#', qos: 2 })];
    assert.deepEqual(owed(plan({ groups }), publication('a', 1)), { 'zero/b/0': 1, 'two/b/1': 1 });
    assert.deepEqual(owed(plan({ groups }), publication('a', 2)), { 'zero/b/0': 1, 'two/b/2': 1 });
  });

  test('once by a client with several filters that match, at the highest granted [MQTT-3.3.5-1]', () => {
    const groups = [
      listeners('g', 4, { topic: 'a/#' }, { topic: 'a/+', qos: 2 }, { topic: '#', qos: 1 }, { topic: 'b' }),
    ];
    assert.deepEqual(owed(plan({ groups }), publication('a/1', 2)), { 'g/b/2': 4 });
    assert.deepEqual(owed(plan({ groups }), publication('c', 2)), { 'g/b/1': 4 });
  });

  test('once by all members of a share together, and besides by each plain subscriber', () => {
    const groups = [
      listeners('team', 5, { topic: '$share/s/a/#', qos: 1 }),
      listeners('other', 3, { topic: '$share/t/a/#' }),
      listeners('plain', 2, { topic: 'a/#' }),
    ];
    assert.deepEqual(owed(plan({ groups }), publication('a/1', 1)), { 'team/b/1': 1, 'other/b/0': 1, 'plain/b/0': 2 });
  });

  test('once for each filter of one share, but where they meet: then a broker may send one copy or two', () => {
    const apart = [listeners('team', 5, { topic: '$share/s/a/#' }, { topic: '$share/s/b/#' })];
    assert.deepEqual(owed(plan({ groups: apart }), publication('a/1')), { 'team/b/0': 1 });
    const meeting = [listeners('team', 5, { topic: '$share/s/a/#' }, { topic: '$share/s/+/1' })];
    assert.deepEqual(owed(plan({ groups: meeting }), publication('a/1')), {});
  });

  test('of a varying topic only where a filter matches whatever it is', () => {
    const groups = [listeners('sure', 1, { topic: 'a/+' }), listeners('maybe', 1, { topic: 'a/5' })];
    assert.deepEqual(owed(plan({ groups }), publication(['a', null])), { 'sure/b/0': 1 });
  });

  test('by nobody where it carries no stamp', () => {
    const groups = [listeners('all', 2, { topic: '#' })];
    assert.deepEqual(owed(plan({ groups }), { ...publication('a'), stamp: 'none' }), {});
  });

  test('by clients of MQTT 5 only, where its stamp is a user property', () => {
    const speaking = (protocol: '3.1' | '3.1.1' | '5', ...entries: Subscribing[]): GroupPlan => {
      const one = listeners(`v${protocol}`, 2, ...entries);
      return { ...one, session: { ...one.session, protocol } };
    };
    const groups = [
      speaking('3.1', { topic: '#' }),
      speaking('3.1.1', { topic: '#' }, { topic: '$share/s/#' }),
      speaking('5', { topic: '#' }),
    ];
    const of = plan({ groups });
    const routes = new Routes(of);
    const counts = (stamp: Publication['stamp']) =>
      routes.expectations({ ...publication('a'), stamp }, 'b').map(({ labels, count }) => [labels.group, count]);
    assert.deepEqual(counts('property'), [['v5', 2]]);
    // The lists are kept, but not one for the other.
    assert.equal(counts('payload').length, 3);
    assert.deepEqual(counts('property'), [['v5', 2]]);
  });
});

describe('with several brokers', () => {
  const groups = [listeners('spread', 6, { topic: '#' }), { ...listeners('first', 3, { topic: '#' }), broker: 'b1' }];

  test('nothing goes across', () => {
    assert.deepEqual(owed(plan({ brokers, groups }), publication('a'), 'b1'), { 'spread/b1/0': 3, 'first/b1/0': 3 });
    assert.deepEqual(owed(plan({ brokers, groups }), publication('a'), 'b2'), { 'spread/b2/0': 3 });
  });

  test('in a cluster everything does, counted where it is received', () => {
    const expected = { 'spread/b1/0': 3, 'spread/b2/0': 3, 'first/b1/0': 3 };
    for (const broker of ['b1', 'b2']) {
      assert.deepEqual(owed(plan({ brokers, groups, cluster: true }), publication('a'), broker), expected);
    }
  });

  test('a share is one on each of them, and one in all of a cluster', () => {
    const team = [listeners('team', 6, { topic: '$share/s/#' })];
    const counts = (cluster: boolean) =>
      Object.values(owed(plan({ brokers, groups: team, cluster }), publication('a'), 'b2'));
    assert.deepEqual([counts(false), counts(true)], [[1], [1]]);
    assert.deepEqual(owed(plan({ brokers, groups: team }), publication('a'), 'b2'), { 'team/b2/0': 1 });
  });
});

describe('what is absent is not expected:', () => {
  const groups = [listeners('g', 5, { topic: 'a/#', qos: 2 }, { topic: 'a/+', qos: 1 })];
  const expected = (...absent: readonly Omit<Absence, 'group'>[]) =>
    owed(
      plan({ groups }),
      publication('a/1', 2),
      'b',
      absent.map((one) => ({ group: 'g', ...one })),
    );

  test('a client that is not there', () => {
    assert.deepEqual(expected({ index: 1, job: -1, granted: 128 }, { index: 4, job: -1, granted: 128 }), {
      'g/b/2': 3,
    });
  });

  test('a refused subscription, but the others of the client', () => {
    assert.deepEqual(expected({ index: 2, job: 0, granted: 128 }), { 'g/b/2': 4, 'g/b/1': 1 });
    assert.deepEqual(expected({ index: 2, job: 0, granted: 128 }, { index: 2, job: 1, granted: 128 }), { 'g/b/2': 4 });
  });

  test('the QoS above a lowered grant', () => {
    assert.deepEqual(expected({ index: 0, job: 0, granted: 0 }), { 'g/b/2': 4, 'g/b/1': 1 });
    assert.deepEqual(expected({ index: 0, job: 0, granted: 0 }, { index: 0, job: 1, granted: 0 }), {
      'g/b/2': 4,
      'g/b/0': 1,
    });
  });

  test('nothing of a share all of whose members are absent', () => {
    const team = [listeners('g', 2, { topic: '$share/s/#' })];
    const both = [0, 1].map((index): Absence => ({ group: 'g', index, job: 0, granted: 128 }));
    assert.deepEqual(owed(plan({ groups: team }), publication('a'), 'b', both.slice(1)), { 'g/b/0': 1 });
    assert.deepEqual(owed(plan({ groups: team }), publication('a'), 'b', both), {});
  });
});

test('publications that reach the same filters at the same QoS share one list', () => {
  const groups = [listeners('g', 1000, { topic: 'a/#' }, { topic: 'b/{index}' })];
  const routes = new Routes(plan({ groups }));
  const one = routes.expectations(publication('a/1'), 'b');
  assert.equal(routes.expectations(publication('a/2'), 'b'), one);
  assert.notEqual(routes.expectations(publication('a/2', 1), 'b'), one);
  assert.notEqual(routes.expectations(publication('b/2'), 'b'), one);
});

describe('the route of a stream to a receiver', () => {
  const whole = (published: Publication, ...filters: readonly Filter[]) =>
    route(
      published,
      filters,
      filters.map(({ qos }) => qos),
      true,
    );
  const of = (published: Publication, ...filters: readonly Filter[]) => {
    const { kind, qos, copies } = whole(published, ...filters);
    return { kind, qos, copies };
  };
  const at = (topicFilter: string, qos: 0 | 1 | 2 = 0): Filter => ({ topicFilter, qos });

  test('is planned where a filter matches, with a copy more for each further one', () => {
    assert.deepEqual(of(publication('a/1', 2), at('a/#', 1)), { kind: 'planned', qos: 1, copies: 0 });
    assert.deepEqual(of(publication('a/1', 2), at('a/#', 1), at('#', 2), at('a/1'), at('b')), {
      kind: 'planned',
      qos: 2,
      copies: 2,
    });
  });

  test('is shared where only a share matches', () => {
    const shared = at('$share/s/#', 1);
    assert.deepEqual(of(publication('a', 1), shared), { kind: 'shared', qos: 1, copies: 0 });
    assert.equal(whole(publication('a', 1), shared).share, '$share/s/#');
    assert.deepEqual(of(publication('a', 1), at('$share/s/#', 1), at('a')), { kind: 'planned', qos: 1, copies: 1 });
  });

  test('is not judged where a filter depends on the varying level, but allows its copy beside a sure one', () => {
    assert.deepEqual(of(publication(['a', null], 1), at('a/5', 2)), { kind: 'unjudged', qos: 1, copies: 0 });
    assert.deepEqual(of(publication(['a', null], 1), at('a/5', 2), at('a/+')), { kind: 'planned', qos: 0, copies: 1 });
  });

  test('is not judged where nothing should come: no filter matches, it was refused, or the broker is another', () => {
    assert.equal(of(publication('a'), at('b')).kind, 'unjudged');
    assert.equal(route(publication('a'), [at('a')], [128], true).kind, 'unjudged');
    assert.equal(route(publication('a'), [at('a')], [], true).kind, 'unjudged');
    assert.equal(route(publication('a'), [at('a')], [0], false).kind, 'unjudged');
  });

  test('has the QoS that was granted, not the one asked for', () => {
    assert.equal(route(publication('a', 2), [at('a', 2)], [1], true).qos, 1);
  });

  for (const [published, granted, repeats, ordered] of [
    [2, [2, 2], false, true],
    [2, [1, 2], true, false],
    [2, [2, 0], false, false],
    [1, [1, 2], true, true],
    [1, [0, 1], true, false],
    [0, [0, 1, 2], false, true],
  ] as const) {
    const may = `${repeats ? 'may repeat' : 'never repeats'} and ${ordered ? 'has' : 'has no'} order`;
    test(`${may} where it is published at QoS ${published} and granted QoS ${granted.join(' and ')}`, () => {
      const filters = granted.map((qos, i) => at(['#', 'a/#', 'a/1'][i] ?? '', qos));
      const found = whole(publication('a/1', published), ...filters);
      assert.deepEqual([found.repeats, found.ordered], [repeats, ordered]);
    });
  }

  test('counts a filter that may match by a varying level among those that repeat', () => {
    const found = whole(publication(['a', null], 2), at('a/+', 2), at('a/5', 1));
    assert.deepEqual([found.repeats, found.ordered], [true, false]);
  });
});
