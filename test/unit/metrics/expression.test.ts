import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MetricName } from '../../../src/metrics/catalog.ts';
import { type ExpressionProblem, parseExpression } from '../../../src/metrics/expression.ts';

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
    assert.match(refused('messages_sent', 'p(99) < 5')[0], /must ask count, rate, share of messages_sent/);
    assert.match(refused('bytes_sent', 'max < 5')[0], /must ask count, rate of bytes_sent/);
    assert.equal(refused('delivery_time', 'p(101) < 5ms')[1], 'p(101)');
    assert.equal(refused('delivery_time', 'p99 < 5ms')[0], 'must be an aggregate, a comparison and a limit');
    assert.equal(refused('connects', 'count < 5ms')[1], '5ms');
    assert.equal(refused('connects', '')[0], 'must be an aggregate, a comparison and a limit');
  });

  it('names the aggregate that was meant, and from where to where percentiles go', () => {
    const hint = (metric: MetricName, text: string) => (parseExpression(metric, text) as ExpressionProblem).hint;
    assert.equal(refused('delivery_time', 'p(999) < 5ms')[0], 'must ask a percentile from 0 to 100, such as p(99.9)');
    assert.match(refused('messages_lost', 'p(999) < 5')[0], /^must ask count, rate, share of/);
    assert.equal(hint('delivery_time', 'avrage < 5ms'), 'did you mean avg?');
    assert.equal(hint('delivery_time', 'mean < 5ms'), 'did you mean avg?');
    assert.equal(hint('delivery_time', 'median < 5ms'), 'did you mean p(50)?');
    assert.equal(hint('messages_lost', 'cuont < 5'), 'did you mean count?');
    assert.equal(hint('messages_lost', 'mean < 5'), 'an example: count == 0');
  });

  it('asks the share of what is a part of something, with a limit in percent', () => {
    assert.deepEqual(parsed('messages_lost', 'share < 0.01%'), { aggregate: 'share', compare: '<', limit: 0.0001 });
    assert.deepEqual(parsed('connect_errors', 'share == 0'), { aggregate: 'share', compare: '==', limit: 0 });
    // As near as a number comes to what is written: 0.07 / 100 is 0.0007000000000000001.
    assert.equal(parsed('publishes_late', 'share <= 0.07 %').limit, 0.0007);
    assert.deepEqual(refused('messages_lost', 'share < 0.01'), [
      'must have a limit in percent, such as 0.1%, at most 100%',
      '0.01',
    ]);
    assert.equal(refused('messages_lost', 'share < 101%')[1], '101%');
    assert.equal(refused('messages_lost', 'count < 1%')[1], '1%');
    const [rule, part] = refused('bytes_sent', 'share < 1%');
    assert.deepEqual(
      [rule, part],
      ['must not ask share of bytes_sent: there is nothing that it is a part of', 'share'],
    );
  });

  /** What each kind of metric may be asked, and what of it has which limit; all else is refused. */
  const limits = { p: '5ms', min: '5ms', max: '5ms', avg: '5ms', last: '5', count: '5', rate: '5/s', share: '5%' };
  const asked: readonly (readonly [MetricName, Partial<typeof limits>])[] = [
    ['delivery_time', { p: '5ms', min: '5ms', max: '5ms', avg: '5ms', count: '5' }],
    ['publishes_late', { count: '5', rate: '5/s', share: '5%' }],
    ['bytes_sent', { count: '5', rate: '5/s' }],
    ['messages_lost', { count: '5', rate: '5/s', share: '5%' }],
    ['clients_connected', { min: '5', max: '5', last: '5' }],
  ];
  for (const [metric, allowed] of asked) {
    it(`asks ${Object.keys(allowed).join(', ')} of ${metric}, with every comparison, and nothing else`, () => {
      for (const aggregate of Object.keys(limits) as (keyof typeof limits)[]) {
        const name = aggregate === 'p' ? 'p(99.9)' : aggregate;
        for (const compare of ['<', '<=', '>', '>=', '==', '!=']) {
          const limit = allowed[aggregate];
          if (limit === undefined) refused(metric, `${name} ${compare} ${limits[aggregate]}`);
          else {
            assert.equal(parsed(metric, `${name} ${compare} ${limit}`).compare, compare);
            assert.deepEqual(
              parsed(metric, `${name}${compare}${limit}`),
              parsed(metric, ` ${name}  ${compare} ${limit} `),
            );
          }
        }
        for (const wrong of ['=', '=>', '<<', '~']) refused(metric, `${name} ${wrong} 5`);
      }
    });
  }
});
