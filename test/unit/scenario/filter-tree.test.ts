import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matches } from '../../../src/mqtt/topics.ts';
import { FilterTree } from '../../../src/scenario/filter-tree.ts';

const filters = [
  '#',
  '+',
  'a',
  'a/#',
  'a/+',
  'a/b',
  '+/b',
  'a/+/c',
  'a/b/#',
  '$SYS/#',
  '+/+/+',
  '/',
  '/+',
  'a//b',
  'x/y',
];
const topics = ['a', 'a/b', 'a/b/c', 'b', '$SYS/x', '/', '/a', 'a//b', '?/b', 'a/?', 'a/?/c', '?', 'x/?'];

describe('the tree of filters', () => {
  it('finds exactly the filters that match', () => {
    const tree = new FilterTree<string>();
    for (const [i, filter] of filters.entries()) tree.add(filter.split('/'), filter, i);
    for (const topic of topics) {
      const levels = topic.split('/').map((level) => (level === '?' ? null : level));
      const expected = filters.filter((filter) => matches(levels, filter.split('/')) !== 'no');
      assert.deepEqual([...tree.reached(levels).keys()].toSorted(), expected.toSorted(), topic);
    }
  });

  it('counts a client once, however many of its filters match', () => {
    const tree = new FilterTree<string>();
    tree.add(['a', '+'], 'one', 7);
    tree.add(['a', '#'], 'two', 7);
    tree.add(['a', '#'], 'two', 8);
    const total = [...tree.reached(['a', 'b']).values()].reduce((sum, count) => sum + count, 0);
    assert.equal(total, 2);
  });
});
