import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FilterTree } from '../../../src/mqtt/filter-tree.ts';
import { matches } from '../../../src/mqtt/topics.ts';
import { randomFor } from '../../support/seeded.ts';

function treeOf(...filters: readonly string[]): FilterTree<number> {
  const tree = new FilterTree<number>();
  for (const [i, filter] of filters.entries()) tree.add(filter.split('/'), i);
  return tree;
}

function matched(
  filters: readonly string[],
  levels: readonly (string | null)[],
  least: 'yes' | 'depends' = 'yes',
): string[] {
  return treeOf(...filters)
    .match(levels, least)
    .flatMap(({ entries }) => entries)
    .sort((a, b) => a - b)
    .map((entry) => filters[entry] as string);
}

describe('a tree of filters', () => {
  test('matches levels, + as one whole level and # as all the rest, the parent included', () => {
    const filters = ['a/b', 'a/+', '+/b', 'a/#', '#', 'a', 'a/b/#', 'a/b/c', '+', '+/+/+', 'b/#'];
    assert.deepEqual(matched(filters, ['a', 'b']), ['a/b', 'a/+', '+/b', 'a/#', '#', 'a/b/#']);
    assert.deepEqual(matched(filters, ['a']), ['a/#', '#', 'a', '+']);
  });

  test('takes empty levels as levels', () => {
    const filters = ['a//b', 'a/+/b', '/a', '+/a', 'a/', 'a', '/'];
    assert.deepEqual(matched(filters, ['a', '', 'b']), ['a//b', 'a/+/b']);
    assert.deepEqual(matched(filters, ['', 'a']), ['/a', '+/a']);
    assert.deepEqual(matched(filters, ['a', '']), ['a/']);
    assert.deepEqual(matched(filters, ['', '']), ['/']);
  });

  test('keeps leading wildcards away from topics that begin with $ [MQTT-4.7.2-1]', () => {
    const filters = ['#', '+/x', '+/#', '$SYS/#', '$SYS/+', 'a/+'];
    assert.deepEqual(matched(filters, ['$SYS', 'x']), ['$SYS/#', '$SYS/+']);
    assert.deepEqual(matched(filters, ['a', '$x']), ['#', '+/#', 'a/+']);
  });

  test('matches a level that varies only by wildcards', () => {
    const filters = ['a/+', 'a/#', 'a/1', '+/+', '#', 'a/1/#'];
    assert.deepEqual(matched(filters, ['a', null]), ['a/+', 'a/#', '+/+', '#']);
  });

  test('gives every filter a leaf of its own, which holds all who subscribe to it', () => {
    const tree = treeOf('a/+', 'a/+', 'a/b', 'a/#', 'a/#');
    const leaves = tree.match(['a', 'b'], 'yes');
    assert.equal(new Set(leaves.map(({ id }) => id)).size, 3);
    assert.deepEqual(leaves.map(({ entries }) => entries).sort(), [[0, 1], [2], [3, 4]]);
  });

  test('agrees with the plain matching of topics', (t) => {
    const random = randomFor(t);
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
    for (let i = 0; i < 2000; i++) {
      const filters = Array.from({ length: 1 + random(12) }, () => {
        const levels = Array.from({ length: 1 + random(4) }, () => pick(['a', 'b', '', '+', '$x']));
        if (random(4) === 0) levels.push('#');
        return random(20) === 0 ? '#' : levels.join('/');
      });
      const topic = Array.from({ length: 1 + random(4) }, () => pick(['a', 'b', '', '$x', null]));
      const expected = filters.filter((filter) => matches(topic, filter.split('/')) === 'yes');
      const possible = filters.filter((filter) => matches(topic, filter.split('/')) !== 'no');
      const what = `${JSON.stringify(topic)} in ${filters.join(' ')}`;
      assert.deepEqual(matched(filters, topic), expected, what);
      assert.deepEqual(matched(filters, topic, 'depends'), possible, what);
    }
  });
});
