import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filtersOverlap, matches, splitShare, topicFilterProblem, topicNameProblem } from '../../../src/mqtt/topics.ts';

const match = (topic: string, filter: string) =>
  matches(
    topic.split('/').map((level) => (level === '?' ? null : level)),
    filter.split('/'),
  );

describe('topic names', () => {
  it('have no wildcards [MQTT-3.3.2-2]', () => {
    assert.equal(topicNameProblem('a/b'), undefined);
    assert.equal(topicNameProblem('/'), undefined);
    assert.match(topicNameProblem('a/+') ?? '', /MQTT-3\.3\.2-2/);
    assert.match(topicNameProblem('a#') ?? '', /MQTT-3\.3\.2-2/);
  });

  it('have at least one character, no U+0000, at most 65,535 bytes [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3]', () => {
    assert.match(topicNameProblem('') ?? '', /MQTT-4\.7\.3-1/);
    assert.match(topicNameProblem('a\u0000') ?? '', /MQTT-4\.7\.3-2/);
    assert.equal(topicNameProblem('x'.repeat(65_535)), undefined);
    assert.match(topicNameProblem('x'.repeat(65_536)) ?? '', /MQTT-4\.7\.3-3/);
    assert.match(topicNameProblem('\u20ac'.repeat(21_846)) ?? '', /MQTT-4\.7\.3-3/);
    assert.match(topicNameProblem('a\ud800') ?? '', /MQTT-1\.5\.4-1/);
  });
});

describe('topic filters', () => {
  it('have # only alone and last [MQTT-4.7.1-1]', () => {
    for (const good of ['#', 'a/#', '+/#']) assert.equal(topicFilterProblem(good), undefined);
    for (const bad of ['a#', 'a/#/b', '#/a', 'a/b#']) assert.match(topicFilterProblem(bad) ?? '', /MQTT-4\.7\.1-1/);
  });

  it('have + only as a whole level [MQTT-4.7.1-2]', () => {
    for (const good of ['+', 'a/+/b', '/+', '+/+']) assert.equal(topicFilterProblem(good), undefined);
    for (const bad of ['a+', 'a/+b', '++']) assert.match(topicFilterProblem(bad) ?? '', /MQTT-4\.7\.1-2/);
  });

  it('name their share and have a filter after it [MQTT-4.8.2-1] [MQTT-4.8.2-2]', () => {
    assert.equal(topicFilterProblem('$share/a/b/#'), undefined);
    assert.equal(topicFilterProblem('$shared/a'), undefined);
    assert.match(topicFilterProblem('$share//b') ?? '', /MQTT-4\.8\.2-1/);
    for (const bad of ['$share', '$share/a', '$share/a/', '$share/+/b'])
      assert.match(topicFilterProblem(bad) ?? '', /MQTT-4\.8\.2-2/);
    assert.deepEqual(splitShare('$share/a/b/#'), { share: 'a', filter: 'b/#' });
    assert.deepEqual(splitShare('a/b'), { filter: 'a/b' });
  });
});

describe('matching', () => {
  it('goes level by level', () => {
    assert.equal(match('a/b', 'a/b'), 'yes');
    assert.equal(match('a/b', 'a/+'), 'yes');
    assert.equal(match('a/b', 'a/B'), 'no');
    assert.equal(match('a/b', 'a'), 'no');
    assert.equal(match('a', 'a/b'), 'no');
    assert.equal(match('/a', '+/+'), 'yes');
    assert.equal(match('/a', '+'), 'no');
    assert.equal(match('a//b', 'a/+/b'), 'yes');
  });

  it('lets # stand for any levels and for its parent [MQTT-4.7.1-1]', () => {
    assert.equal(match('a/b/c', 'a/#'), 'yes');
    assert.equal(match('a', 'a/#'), 'yes');
    assert.equal(match('b', 'a/#'), 'no');
    assert.equal(match('a', '#'), 'yes');
  });

  it('keeps leading wildcards away from $ topics [MQTT-4.7.2-1]', () => {
    assert.equal(match('$SYS/a', '#'), 'no');
    assert.equal(match('$SYS/a', '+/a'), 'no');
    assert.equal(match('$SYS/a', '$SYS/#'), 'yes');
    assert.equal(match('a/$x', 'a/+'), 'yes');
  });

  it('depends where a literal stands over against a level that varies', () => {
    assert.equal(match('a/?', 'a/b'), 'depends');
    assert.equal(match('a/?', 'a/+'), 'yes');
    assert.equal(match('a/?/c', 'a/b/d'), 'no');
    assert.equal(match('?/b', 'a/#'), 'depends');
  });
});

describe('two filters meet', () => {
  const meet = (one: string, other: string) => [
    filtersOverlap(one.split('/'), other.split('/')),
    filtersOverlap(other.split('/'), one.split('/')),
  ];

  it('where a topic reaches both', () => {
    for (const [one, other] of [
      ['#', 'a'],
      ['a/#', 'a'],
      ['a/+', '+/b'],
      ['a/+/#', 'a/b'],
      ['$SYS/#', '$SYS/+'],
      ['a/b', 'a/b'],
    ] as const) {
      assert.deepEqual(meet(one, other), [true, true], `${one} and ${other}`);
    }
  });

  it('not where one has a level that the other cannot have, and with $ only where both begin so', () => {
    for (const [one, other] of [
      ['a/b', 'a/c'],
      ['a/+', 'a'],
      ['a/+', 'a/b/c'],
      ['a/+/#', 'a'],
      ['#', '$SYS/a'],
      ['+/a', '$SYS/a'],
    ] as const) {
      assert.deepEqual(meet(one, other), [false, false], `${one} and ${other}`);
    }
  });
});
