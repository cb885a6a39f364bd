import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalog, metricNames } from '../../../src/metrics/catalog.ts';
import { hasQos, parseSelector, selectorText } from '../../../src/metrics/selector.ts';
import { shareBases } from '../../../src/metrics/shares.ts';

function where(text: string) {
  const selector = parseSelector(text);
  return 'rule' in selector ? assert.fail(selector.rule) : selector.where;
}

/** The rule, the part of the text that it is about, and the hint. */
function refused(text: string): [string, string, string | undefined] {
  const problem = parseSelector(text);
  if (!('rule' in problem)) return assert.fail(`${text} should be refused`);
  return [problem.rule, text.slice(problem.offset, problem.offset + problem.length), problem.hint];
}

describe('a selector', () => {
  it('is a metric, and labels of the part that is meant, in any order and notation', () => {
    assert.deepEqual(where('publish_time'), {});
    const all = { group: 'a-1.b', qos: 1, broker: '127.0.0.1:1883' };
    for (const text of [
      'publish_time{group=a-1.b,qos=1,broker=127.0.0.1:1883}',
      'publish_time{broker: 127.0.0.1:1883, qos: 1, group: a-1.b}',
      'publish_time{group:a-1.b,qos:1,broker:127.0.0.1:1883}',
      ` publish_time { group = "a-1.b" , qos = "1", broker='127.0.0.1:1883' } `,
    ])
      assert.deepEqual(where(text), all, text);
    assert.deepEqual(where('publish_time{broker="a,b=c}"}'), { broker: 'a,b=c}' });
  });

  it('is told in one order, and read again as the same', () => {
    const text = selectorText({ metric: 'publish_time', where: { broker: '127.0.0.1:1883', qos: 0, group: 'a' } });
    assert.equal(text, 'publish_time{group=a,qos=0,broker=127.0.0.1:1883}');
    assert.deepEqual(where(text), { group: 'a', qos: 0, broker: '127.0.0.1:1883' });
    assert.equal(selectorText({ metric: 'publish_time', where: {} }), 'publish_time');
  });

  it('knows where the value of each label stands', () => {
    const text = `publish_time{ group = "ab", qos: 1 }`;
    const selector = parseSelector(text);
    if ('rule' in selector) return assert.fail(selector.rule);
    const part = ({ offset = 0, length = 0 } = {}) => text.slice(offset, offset + length);
    assert.deepEqual([part(selector.parts.group), part(selector.parts.qos)], ['ab', '1']);
  });

  it('is refused with its wrong part, and the nearest name', () => {
    assert.deepEqual(refused('publsh_time{group=a}'), [
      'must be a metric',
      'publsh_time',
      'did you mean publish_time{group=a}?',
    ]);
    assert.equal(refused('a.b.publish_time')[2], 'did you mean publish_time{group=a.b}?');
    assert.match(refused('speed')[2] ?? '', /^known: connects, /);
    assert.deepEqual(refused('publish_time{groop=a}'), [
      'must not have the label groop',
      'groop',
      'did you mean group?',
    ]);
    assert.equal(refused('publish_time{topic=a}')[2], 'known: group, qos, broker');
    assert.deepEqual(refused('publish_time{group=a,group=b}').slice(0, 2), ['must have group only once', 'b']);
    assert.deepEqual(refused('publish_time{qos=3}').slice(0, 2), ['must have 0, 1 or 2 as its qos', '3']);
    assert.equal(refused('publish_time{group=a')[0], 'must end with } after its labels');
    for (const labels of [
      '',
      ' ',
      'group',
      'group=',
      '=a',
      'group=a,',
      ',group=a',
      'group=a b',
      'group=a qos=1',
      '"group"=a',
    ])
      assert.equal(refused(`publish_time{${labels}}`)[0], 'must have labels such as group=sensors', labels);
  });

  it('names a QoS of what is counted of messages only', () => {
    assert.deepEqual(where('in_flight{qos=2}'), { qos: 2 });
    assert.deepEqual(refused('connect_time{group=a,qos=1}').slice(0, 2), [
      'must not name a qos: connect_time is of connections, which have none',
      '1',
    ]);
    assert.deepEqual(
      metricNames.filter((metric) => catalog[metric].kind === 'gauge' && hasQos(metric)),
      ['in_flight', 'publishes_owed', 'streams_active'],
    );
  });
});

describe('what a share is of', () => {
  it('is counted by QoS where the metric is, so that it can be asked of one', () => {
    for (const [metric, { of }] of Object.entries(shareBases))
      for (const counter of of)
        assert.equal(hasQos(counter), hasQos(metric as keyof typeof shareBases), `${counter} for ${metric}`);
  });
});
