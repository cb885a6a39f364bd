import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchesOf } from '../../../src/clients/asking.ts';
import { filterRefusal, noLimits } from '../../../src/clients/limits.ts';
import { encodeSubscribe } from '../../../src/mqtt/codec.ts';
import { subscribeBytes } from '../../../src/mqtt/subscribe-size.ts';

const filter = (topicFilter: string) => ({ topicFilter, qos: 1 as const });

test('the size of a SUBSCRIBE is that of its packet', () => {
  for (const length of [1, 120, 121, 122, 16_370, 16_377, 16_378, 16_379, 65_535]) {
    const topicFilter = 'z'.repeat(length);
    assert.equal(subscribeBytes(topicFilter), encodeSubscribe('5', 1, [filter(topicFilter)]).length);
  }
  assert.equal(subscribeBytes('ü/#'), encodeSubscribe('5', 1, [filter('ü/#')]).length);
});

test('filters are asked for in one packet where they fit, else in several that do, in order', () => {
  const filters = Array.from({ length: 300 }, (_, i) => filter(`${'z'.repeat(i % 90)}/${i}`));
  assert.deepEqual(batchesOf(filters, Number.POSITIVE_INFINITY), [filters]);
  for (const most of [120, 140, 500, 20_000]) {
    const batches = batchesOf(filters, most);
    assert.deepEqual(batches.flat(), filters);
    for (const batch of batches) assert.ok(encodeSubscribe('5', 1, batch).length <= most);
    // No packet would have had room for the next one's first filter, but for the few bytes of a longer header.
    for (const [i, batch] of batches.slice(1).entries())
      assert.ok(encodeSubscribe('5', 1, [...(batches[i] ?? []), ...batch.slice(0, 1)]).length > most - 3);
  }
});

test('a filter that is too large by itself is refused', () => {
  const limits = { ...noLimits, maximumPacketSize: 100 };
  const exactly = 'z'.repeat(100 - subscribeBytes(''));
  assert.equal(filterRefusal(limits, exactly), undefined);
  assert.equal(filterRefusal(limits, `${exactly}z`), 0x95);
});
