import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseChangeRule } from '../../../src/metrics/change-rule.ts';

/** The rule, the part of the text that it is about, and the hint. */
function problem(text: string): readonly unknown[] {
  const parsed = parseChangeRule(text);
  if ('metric' in parsed) return ['none'];
  return [parsed.rule, text.slice(parsed.offset, parsed.offset + parsed.length), parsed.hint];
}

describe('a rule for comparing', () => {
  it('is a metric, an aggregate, the largest change for the worse, and the smallest that counts', () => {
    assert.deepEqual(parseChangeRule('delivery_time p(99) <= +15% (min 2ms)'), {
      metric: 'delivery_time',
      where: {},
      aggregate: { percentile: 99 },
      worse: 'up',
      limit: 0.15,
      min: 2,
      text: 'p(99) <= +15% (min 2ms)',
      written: 'delivery_time p(99) <= +15% (min 2ms)',
    });
    const rate = parseChangeRule(' messages_received{group=sensors}  rate>=-5%(min 1/10s) ');
    assert.ok('metric' in rate);
    assert.deepEqual([rate.where, rate.worse, rate.limit, rate.min], [{ group: 'sensors' }, 'down', 0.05, 0.1]);
    assert.deepEqual(parseChangeRule(rate.written), rate);
  });

  it('may leave out the sign of what is worse, and say 0', () => {
    for (const text of [
      'delivery_time avg <= 15%',
      'messages_lost count <= 0% (min 10)',
      'clients_connected min >= 0%',
    ])
      assert.ok('metric' in parseChangeRule(text), text);
  });

  it('names what is wrong with it, where, and what was meant', () => {
    assert.deepEqual(problem('delivery_tme p(99) <= +15%'), [
      'must be a metric',
      'delivery_tme',
      'did you mean delivery_time?',
    ]);
    assert.deepEqual(problem('delivery_time count <= +15%').slice(0, 2), [
      'must ask p(99), min, max, avg of delivery_time',
      'count',
    ]);
    assert.deepEqual(problem('delivery_time p(101) <= +15%').slice(0, 2), [
      'must ask a percentile from 0 to 100, such as p(99.9)',
      'p(101)',
    ]);
    assert.equal(problem('delivery_time maximum <= +15%')[2], 'did you mean max?');
    assert.deepEqual(problem('delivery_time p(99) <= -15%').slice(1), ['-15%', 'did you mean <= +15%?']);
    assert.deepEqual(problem('messages_received rate >= +5%').slice(1), ['+5%', 'did you mean >= -5%?']);
    assert.deepEqual(problem('messages_received rate >= 5%').slice(1), ['5%', 'did you mean >= -5%?']);
    assert.equal(
      problem('delivery_time p(99) <= +15% (min 2)')[0],
      'must have a smallest change with a unit, such as (min 2ms)',
    );
    assert.equal(problem(' delivery_time{qos=1} p(99) <= +15%')[1], '1');
    for (const text of ['', 'delivery_time', 'p(99) < 50ms', 'delivery_time p(99) < 50ms', 'delivery_time p(99) == 5%'])
      assert.equal(problem(text)[0], 'must be a metric, an aggregate and the largest change for the worse', text);
  });
});
