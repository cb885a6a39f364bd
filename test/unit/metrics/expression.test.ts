import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MetricName } from '../../../src/metrics/catalog.ts';
import { parseExpression } from '../../../src/metrics/expression.ts';

function parsed(metric: MetricName, text: string) {
  const expression = parseExpression(metric, text);
  if ('rule' in expression) return assert.fail(expression.rule);
  return { aggregate: expression.aggregate, compare: expression.compare, limit: expression.limit };
}

/** The rule, and the part of the text that it is about. */
function refused(metric: MetricName, text: string): [string, string] {
  const problem = parseExpression(metric, text);
  if (!('rule' in problem)) return assert.fail(`${text} should be refused`);
  return [problem.rule, text.slice(problem.offset, problem.offset + problem.length)];
}

describe('a threshold expression', () => {
  it('asks percentiles, min, max and avg of times, with a limit in us', () => {
    assert.deepEqual(parsed('delivery_time', 'p(99.9) < 50ms'), {
      aggregate: { percentile: 99.9 },
      compare: '<',
      limit: 50_000,
    });
    assert.deepEqual(parsed('delivery_time', ' max<=2s '), { aggregate: 'max', compare: '<=', limit: 2_000_000 });
    assert.deepEqual(parsed('delivery_time', 'avg > 250us'), { aggregate: 'avg', compare: '>', limit: 250 });
    assert.deepEqual(parsed('delivery_time', 'count >= 10'), { aggregate: 'count', compare: '>=', limit: 10 });
  });

  it('asks count and rate of counters, min and max of gauges', () => {
    assert.deepEqual(parsed('messages_lost', 'count == 0'), { aggregate: 'count', compare: '==', limit: 0 });
    assert.deepEqual(parsed('messages_received', 'rate >= 9900/s'), { aggregate: 'rate', compare: '>=', limit: 9900 });
    assert.deepEqual(parsed('messages_received', 'rate != 5'), { aggregate: 'rate', compare: '!=', limit: 5 });
    assert.deepEqual(parsed('clients_connected', 'min >= 100'), { aggregate: 'min', compare: '>=', limit: 100 });
  });

  it('is refused with its wrong part', () => {
    assert.deepEqual(refused('delivery_time', 'p(99) < 50'), ['must have a limit with a unit, such as 50ms', '50']);
    assert.deepEqual(refused('messages_lost', 'count = 0'), ['must compare with < <= > >= == !=', '=']);
    assert.match(refused('messages_sent', 'p(99) < 5')[0], /must ask count, rate of messages_sent/);
    assert.match(refused('messages_lost', 'rate == 0/s')[0], /must ask count of messages_lost/);
    assert.equal(refused('delivery_time', 'p(101) < 5ms')[1], 'p(101)');
    assert.equal(refused('delivery_time', 'p99 < 5ms')[0], 'must be an aggregate, a comparison and a limit');
    assert.equal(refused('connects', 'count < 5ms')[1], '5ms');
    assert.equal(refused('connects', '')[0], 'must be an aggregate, a comparison and a limit');
  });
});
