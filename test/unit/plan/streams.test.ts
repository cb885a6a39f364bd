import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filtersOf, pacerOf, publishes, streamFinder, subscribes } from '../../../src/plan/streams.ts';
import { workloadOf } from '../../../src/workloads/lookup.ts';
import { group, plan } from '../../support/hand-made.ts';

const publish = (firstStream: number) => ({ workload: 'publish', options: { topic: 't', payload: 16 }, firstStream });
const subscribe = { workload: 'subscribe', options: { topic: 'a/{index}', qos: 1 }, firstStream: 0 };

describe('the finder of streams', () => {
  const find = streamFinder(
    plan({
      groups: [
        group('a', { clients: 3, jobs: [publish(0), subscribe, publish(3)] }),
        group('listeners', { clients: 50, jobs: [subscribe] }),
        group('b', { clients: 2, jobs: [publish(6)] }),
      ],
    }),
  );
  const told = (stream: number) => {
    const place = find(stream);
    return place === undefined ? undefined : [place.group.name, place.job.firstStream, place.index];
  };

  test('knows group, publish entry and client of every stream', () => {
    assert.deepEqual([0, 2, 3, 5, 6, 7].map(told), [
      ['a', 0, 0],
      ['a', 0, 2],
      ['a', 3, 0],
      ['a', 3, 2],
      ['b', 6, 0],
      ['b', 6, 1],
    ]);
  });

  test('knows none beyond the plan', () => {
    assert.deepEqual([8, 100, 2 ** 24 - 1, -1].map(told), [undefined, undefined, undefined, undefined]);
  });

  test('knows none in a plan that only listens', () => {
    assert.equal(streamFinder(plan({ groups: [group('x', { jobs: [subscribe] })] }))(0), undefined);
  });
});

describe('the jobs of a group', () => {
  test('tell whether it publishes or subscribes', () => {
    const both = group('x', { jobs: [publish(0), subscribe] });
    const idle = group('x', { jobs: [] });
    assert.deepEqual([publishes(both), subscribes(both)], [true, true]);
    assert.deepEqual([publishes(idle), subscribes(idle)], [false, false]);
  });

  test('have filters, or a pacer, or null for a closed loop', () => {
    const who = { group: 'g', index: 4, clientId: 'c', broker: 'b', run: 'r', seed: 1 };
    assert.deepEqual(filtersOf(subscribe, who), [{ topicFilter: 'a/4', qos: 1 }]);
    assert.deepEqual(filtersOf(publish(0), who), []);
    assert.equal(pacerOf(subscribe, 3), undefined);
    assert.equal(pacerOf(publish(0), 3)?.at(3), 1000);
    assert.equal(pacerOf({ ...publish(0), options: { topic: 't', rate: 'max' } }, 3), null);
  });

  test('of an unknown workload are a bug', () => {
    assert.throws(() => workloadOf({ workload: 'dance' }), /no workload dance/);
  });
});
