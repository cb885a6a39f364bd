import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LoadOptions, parseScenario } from '../../../src/scenario/load.ts';

function problems(text: string, options: LoadOptions = {}): readonly string[] {
  const loaded = parseScenario('s.yaml', text, options);
  return 'problems' in loaded ? loaded.problems : assert.fail('the scenario should have problems');
}

/** The first lines only: place, rule and value. */
function heads(text: string, options: LoadOptions = {}): string[] {
  return problems(text, options).map((problem) => problem.split('\n')[0] ?? '');
}

function accepts(text: string, options: LoadOptions = {}) {
  const loaded = parseScenario('s.yaml', text, options);
  return 'scenario' in loaded ? loaded.scenario : assert.fail(loaded.problems.join('\n'));
}

/** One group that publishes, with more keys for it. */
const group = (keys: string, publish = '{ topic: a }') => `groups:\n  a:\n    publish: ${publish}\n    ${keys}\n`;

describe('problems of a scenario', () => {
  it('show the place, the rule, the value, the line, a caret and a hint', () => {
    assert.deepEqual(problems(group('clients: 2', '{ topic: a, rate: 10 }')), [
      [
        's.yaml:3:32: rate must be a rate such as 100/s or 1/10s, or max, but is 10',
        '    3 |     publish: { topic: a, rate: 10 }',
        '      |                                ^^',
        '      did you mean 10/s?',
      ].join('\n'),
    ]);
  });

  it('are told all at once, in the order of the file', () => {
    const text = [
      'warmUp: 5',
      'groups:',
      '  a:',
      '    clients: ten',
      '    clientId: "{idx}"',
      '    publish: { topic: a, qos: 3 }',
      '  b: { subscribe: { topic: a, qsos: 1 } }',
      'thresholds:',
      '  delivery_time: "p(99) < 50"',
    ].join('\n');
    assert.deepEqual(
      heads(text).map((head) => head.split(' ').slice(0, 2).join(' ')),
      [
        's.yaml:1:9: warmUp',
        's.yaml:4:14: clients',
        's.yaml:5:15: clientId',
        's.yaml:6:31: qos',
        's.yaml:7:31: qsos',
        's.yaml:9:27: delivery_time',
      ],
    );
  });

  it('include those of several keys together, where the wrong values can be left out', () => {
    const text = 'groups:\n  a: { clients: 2, clientId: x, keepAlive: 3 }\n  b: { broker: nort }\n';
    const found = heads(text);
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /keepAlive must be a duration/);
    assert.match(found[1] ?? '', /broker must be spread or the name of a broker, but is "nort"/);
  });

  it('point at unknown keys and name the nearest known one', () => {
    assert.match(
      problems('groups:\n  a: { subscribe: { topics: x } }\n')[0] ?? '',
      /topics is not a known key of subscribe\n.*\n.*\^{6}\n.*did you mean topic\?/,
    );
    assert.match(
      problems('grups: {}\ngroups: { a: {} }\n')[0] ?? '',
      /s\.yaml:1:1: grups is not a known key of a scenario/,
    );
    assert.match(
      problems(`${group('clients: 2')}thresholds: { delivery_tme: "p(99) < 1s" }\n`)[0] ?? '',
      /did you mean delivery_time\?/,
    );
  });

  it('say of keys of later versions that they are not supported yet', () => {
    const later = ['username: me'];
    for (const key of later) assert.match(heads(group(key))[0] ?? '', /not supported yet by this version/, key);
    assert.match(
      heads(group('clients: 1', '{ topic: a, payload: { file: a.bin } }'))[0] ?? '',
      /file is not supported yet/,
    );
  });

  it('know which broker may have what', () => {
    const broker = (keys: string) => problems(`brokers:\n  - { ${keys} }\n${group('clients: 1')}`)[0] ?? '';
    assert.match(
      broker('url: "mqtt://h", tls: {}'),
      /tls must not be given with mqtt:\/\/.*did you mean mqtts:\/\/\?/s,
    );
    assert.match(broker('url: "ws://h", tls: {}'), /did you mean wss:\/\/\?/);
    assert.match(
      broker('url: "mqtts://h", headers: { a: b }'),
      /headers must not be given: only ws:\/\/ and wss:\/\/ have headers/,
    );
    assert.match(broker('url: "wss://h", headers: { "a b": c }'), /must be the name of an HTTP header/);
    assert.match(broker('url: "mqtts://h", tls: { cert: c.pem }'), /tls must have the key of its cert/);
    assert.match(broker('url: "mqtts://h", tls: { key: c.key }'), /tls must have the cert of its key/);
    assert.match(broker('url: "mqtts://h/path"'), /without a path.*a path is for WebSocket/s);
    assert.match(broker('url: "https://h"'), /did you mean mqtts:\/\/ or wss:\/\/\?/);
    assert.match(broker('url: "http://h"'), /did you mean mqtt:\/\/ or ws:\/\/\?/);
    for (const keys of [
      'url: "mqtt://h", tls: {ca: c}',
      'url: "mqtts://h", tls: {cert: c}',
      'url: "mqtt://h", headers: {a: b}',
    ])
      assert.doesNotMatch(broker(keys), /but is/, keys);
    assert.match(broker('url: "mqts://h"'), /did you mean mqtts:\/\/\?|did you mean mqtt:\/\/\?/);
  });

  it('say what a version of MQTT cannot say about sessions and wills', () => {
    const one = (keys: string) => heads(group(keys))[0] ?? '';
    assert.match(
      one('session: { cleanStart: true, sessionExpiry: 1h }'),
      /sessionExpiry must not be given with protocol 3.1.1/,
    );
    assert.match(one('session: { expiry: 1500ms }'), /expiry must be whole seconds/);
    assert.match(
      problems(group('session: kept'))[0] ?? '',
      /session must be clean, or a map.*but is "kept".*did you mean \{ expiry: 1h \}\?/s,
    );
    assert.match(one('session: kept'), /session must be clean, or a map with expiry, or one with cleanStart/);
    assert.match(one('will: { topic: x, delay: 5s }'), /delay must not be given with protocol 3.1.1/);
    assert.match(one('will: { topic: "x/+" }'), /topic must be a topic name, without the wildcards/);
    assert.match(one('will: { topic: "x/{seq}" }'), /must not have the field \{seq\} in a will/);
    assert.match(one('will: { payload: gone }'), /will must have the key topic/);
    assert.match(
      one('clientId: ""\n    session: { expiry: 1h }'),
      /clientId must not be empty where sessions are kept/,
    );
    assert.match(one('clientId: ""\n    protocol: "3.1"'), /clientId must not be empty with protocol 3.1/);
    accepts(group('clientId: ""\n    clients: 5'));
    const nameless = (session: string) =>
      `brokers: [mqtt://h]\n${group(`clientId: ""\n    protocol: 5\n    session: ${session}`)}`;
    assert.match(
      heads(nameless('{ cleanStart: false }'))[0] ?? '',
      /clientId must not be empty with cleanStart: false/,
    );
    accepts(nameless('{ expiry: 1h }'));
    accepts(nameless('{ cleanStart: true, sessionExpiry: 1h }'));
  });

  it('find thresholds that will have no data, of TLS, sessions and wills too', () => {
    const asked = (metric: string, keys = '', brokers = '') =>
      heads(`${brokers}${group(`clients: 1${keys}`)}thresholds: { ${metric}: "count == 0" }\n`);
    const wills = '\n    will: { topic: x }';
    assert.match(asked('tls_time')[0] ?? '', /tls_time will have no data: no broker has a url of mqtts/);
    assert.match(asked('websocket_time')[0] ?? '', /will have no data: no broker has a url of ws:\/\/ or wss:/);
    assert.match(asked('publish_complete_time')[0] ?? '', /will have no data: no group publishes with QoS 2/);
    assert.match(asked('sessions_gone')[0] ?? '', /no group keeps its sessions/);
    assert.match(asked('wills_received')[0] ?? '', /no group has a will/);
    accepts(
      `${group(`clients: 1${wills}\n    session: { expiry: 1h }`)}thresholds: { wills_received: "count == 0", sessions_gone: "count == 0" }\n`,
    );
  });

  it('are clear about the traps of YAML', () => {
    assert.match(
      problems('groups:\n  a:\n    subscribe:\n      topic: #\n')[0] ?? '',
      /4:7: topic must be text, but is empty.*begins a comment/s,
    );
    assert.match(
      problems('groups:\n  a:\n    subscribe:\n      topic: {index}/x\n')[0] ?? '',
      /4:14: is not valid YAML: a text with braces must be in quotes.*\^{9}\n.*write "\{index\}\/x"/s,
    );
    assert.match(
      problems('groups:\n  a:\n    subscribe:\n      topic: {index}\n')[0] ?? '',
      /but is a map.*in quotes/s,
    );
    assert.match(problems(group('clients: 1', '{ topic: a, retain: yes }'))[0] ?? '', /did you mean true\?/);
    assert.match(problems('groups: { a: {} }\nduration: 30\n')[0] ?? '', /did you mean 30s\?/);
    assert.equal(accepts(group('protocol: 3.1')).groups['a']?.protocol, '3.1');
    assert.equal(accepts(group('protocol: "3.1.1"')).groups['a']?.protocol, '3.1.1');
  });

  it('tell of braces that end a text in a flow map', () => {
    const [topic = ''] = problems('groups: { a: { publish: { topic: a/{index}/b, qos: 1 } } }\n');
    assert.match(topic, /1:34: is not valid YAML: a text with braces.*\^{11}\n.*write "a\/\{index\}\/b"$/s);
    const secrets = ['hunter{2}', '${PW:?give it}'];
    for (const secret of secrets) {
      const [told = ''] = problems(`brokers: [ { url: "mqtt://h", password: ${secret} } ]\ngroups: { a: {} }\n`);
      assert.match(told, /a text with braces must be in quotes.*put the whole text in quotes$/s);
      assert.doesNotMatch(told, /hunter|give it/);
    }
    const [variable = ''] = problems('groups: { a: { clients: ${N:-7} } }\n');
    assert.match(variable, /1:25: .*\^{7}\n.*write "\$\{N:-7\}"; what it holds may still be a number$/s);
  });

  it('say in plain words what must stand instead', () => {
    const one = (text: string) =>
      heads(text)
        .join('\n')
        .replace(/^s\.yaml:\d+:\d+: /, '');
    assert.equal(one('groups: { a: { publish: null } }'), 'publish must be a map, or a list of maps, but is empty');
    assert.equal(
      one(group('clients: 1', '{ topic: a, stages: [ { over: 1s, at: 1/s } ] }')),
      'stages must be { over: 30s, to: 100/s } or { for: 1m, at: 100/s }, but has over and at',
    );
    assert.equal(one(group('clients: 1', '{ topic: a, stages: [ { over: 1s } ] }')), 'stages must have the key to');
    assert.match(
      one(group('clients: 1', '{ topic: a, payload: { text: a, json: b } }')),
      /^payload must be a size .*, but has text and json$/,
    );
    assert.match(one(group('clients: 1', '{ topic: a, payload: {} }')), /^payload must be a size .*, but is empty$/);
    assert.equal(
      one(group('clients: 1', '{ topic: a, rate: 1/s, stages: [ { for: 1s, at: 1/s } ] }')),
      'publish must have only one of rate, totalRate, stages, but has rate and stages',
    );
    assert.equal(
      one('groups: { a: {} }\n---\ngroups: { b: {} }\n'),
      'must be one YAML document: --- begins a second one',
    );
    assert.match(
      problems(group('clients: 1', '{ topic: a, payload: { jsn: a } }'))[0] ?? '',
      /jsn is not a known key of payload.*did you mean json\?/s,
    );
  });

  it('say what to set instead where an option and the scenario do not go together', () => {
    const hint = (text: string, options: LoadOptions) =>
      problems(text, options)[0]?.split('\n').slice(3).join(' ').replaceAll(/ +/g, ' ');
    const rated = group('clients: 1', '{ topic: a, rate: 1/s }');
    const instead = (path: string) =>
      ` --set adds a key and takes none away; to replace the whole: --set '${path}={ topic: ..., totalRate: ... }'`;
    assert.equal(hint(rated, { set: ['groups.a.publish.totalRate=5/s'] }), instead('groups.a.publish'));
    const listed = group('clients: 1', '[{ topic: a }, { topic: a, rate: 1/s }]');
    assert.equal(hint(listed, { set: ['groups.a.publish.1.totalRate=5/s'] }), instead('groups.a.publish.1'));
    assert.equal(hint(group('clients: 1', '{ topic: a, rate: 1/s, totalRate: 5/s }'), {}), '');
    const named = 'brokers: [{ name: north, url: "mqtt://h" }]\ngroups: { a: { broker: north } }';
    assert.match(
      hint(named, { brokers: ['mqtt://i'] }) ?? '',
      /^ --broker replaces .*: rather say --set brokers.0.url=mqtt/,
    );
    assert.match(hint(named.replace('broker: north', 'broker: x'), {}) ?? '', /^ known: spread, north/);
  });

  it('name what was meant where a unit or a form is wrong', () => {
    const hint = (text: string, options: LoadOptions = {}) => problems(text, options)[0]?.split('\n').at(-1)?.trim();
    assert.equal(hint('groups: { a: {} }', { duration: '3' }), 'did you mean 3s?');
    assert.equal(hint(group('clients: 1', '{ topic: a, rate: 5/sec }')), 'did you mean 5/s?');
    assert.equal(hint(group('clients: 1', '{ topic: a, payload: 256 B }')), 'did you mean 256B?');
    assert.equal(hint(group('clients: 1', '{ topic: a, payload: hello }')), 'did you mean { text: hello }?');
    assert.equal(hint(`${group('clients: 1')}thresholds: { connect_time: p99 < 5ms }`), 'did you mean p(99) < 5ms?');
    assert.equal(hint(`${group('clients: 1')}thresholds: { connect_time: mean < 5ms }`), 'did you mean avg < 5ms?');
  });

  it('show how a threshold for one group is written', () => {
    const forms = ['a.connect_time: max < 1s', 'a: { connect_time: max < 1s }'];
    for (const form of forms) {
      assert.match(
        problems(`${group('clients: 1')}thresholds: { ${form} }`)[0] ?? '',
        /must be a metric\n.*did you mean connect_time\{group=a\}\?/s,
        form,
      );
    }
    assert.deepEqual(problems(`${group('clients: 1')}thresholds:\n  connect_time{group: a}: max < 1s\n`), [
      's.yaml:6:3: is not valid YAML: a key with a colon and a space in it must be in quotes\n' +
        '    6 |   connect_time{group: a}: max < 1s\n' +
        '      |   ^^^^^^^^^^^^^^^^^^^^^^\n' +
        '      write "connect_time{group: a}", or connect_time{group=a}',
    ]);
    assert.match(
      problems(`${group('clients: 1')}thresholds: { connect_time{group=a}: max < 1s }\n`)[0] ?? '',
      /a text with braces must be in quotes.*\^{21}\n +write "connect_time\{group=a\}"$/s,
    );
    accepts(`${group('clients: 1')}thresholds: { "connect_time{group: a}": max < 1s }\n`);
  });

  it('find what is wrong in a key of thresholds, and in its value, all at once and at their places', () => {
    const asked = `thresholds:
  connect_time: 5
  conect_time: max < 1s
  connect_time{group=b}: max < 1s
  "connect_time{ group: a, group: a }": max < 1s
  publish_errors{group=a}: { except: count == 0 }
  publish_errors{qos=0}: [ count = 0, { expect: count < 0.1% } ]
`;
    assert.deepEqual(heads(`${group('clients: 1')}${asked}`), [
      's.yaml:6:17: connect_time must be an expression such as "p(99) < 50ms", or a map with expect, but is 5',
      's.yaml:7:3: conect_time must be a metric',
      's.yaml:8:22: connect_time{group=b} must name a group of the scenario: b is none',
      's.yaml:9:35: connect_time{ group: a, group: a } must have group only once',
      's.yaml:10:30: except is not a known key of publish_errors{group=a}',
      's.yaml:11:34: publish_errors{qos=0} must compare with < <= > >= == !=, but is "count = 0"',
      's.yaml:11:57: expect must have a number as its limit, but is "count < 0.1%"',
    ]);
  });

  it('find names in rules of comparing that the scenario has not, each at its place', () => {
    const rules = `compare:
  - delivery_time{group=aa} p(99) <= +15%
  - delivery_time{broker=south} p(99) <= +15%
  - delivery_time{group=a} p(99) <= +15%
`;
    const named = `brokers: [ { name: north, url: "mqtt://127.0.0.1" } ]\n${group('clients: 1')}`;
    assert.deepEqual(heads(`${named}${rules}`), [
      's.yaml:7:5: compare must name a group of the scenario: aa is none',
      's.yaml:8:5: compare must name a broker of the scenario: south is none',
    ]);
    assert.match(problems(`${named}${rules}`)[0] ?? '', /did you mean a\?$/);
  });

  it('find thresholds that nothing could come of while the run goes on', () => {
    const whole = (text: string) => `duration: 10s\n${group('clients: 1')}thresholds: { ${text} }\n`;
    const rules = (text: string) => heads(whole(text)).map((told) => told.replace(/^\S+ /, ''));
    const publishing = (text: string) => rules(`messages_sent: { ${text} }`);
    assert.deepEqual(publishing('expect: count > 4, abortOnFail: true'), [
      'abortOnFail must have after or window beside it: "count > 4" may not hold yet in the first second',
    ]);
    for (const also of ['after: 2s', 'window: 2s'])
      accepts(whole(`messages_sent: { expect: count > 4, abortOnFail: true, ${also} }`));
    accepts(whole('messages_sent: { expect: count < 4, abortOnFail: true }'));
    assert.deepEqual(publishing('expect: rate > 4/s, after: 2s'), [
      'after must have window or abortOnFail beside it: else all is judged at the end',
    ]);
    assert.deepEqual(publishing('expect: rate > 4/s, abortOnFail: true, level: warn'), [
      'abortOnFail must not be given with level: warn, which does not fail the run',
    ]);
    assert.deepEqual(publishing('expect: rate > 4/s, window: 1500ms'), ['window must be whole seconds']);
    assert.deepEqual(publishing('expect: rate > 4/s, window: 500ms'), ['window must be at least 1s, but is "500ms"']);
    assert.deepEqual(publishing('expect: rate > 4/s, window: 11s'), [
      'window must be at most the measured window, which is 10s, but is "11s"',
    ]);
    assert.deepEqual(publishing('expect: rate > 4/s, window: 2s, after: 11s'), [
      'after must be at most the measured window, which is 10s, but is "11s"',
    ]);
    assert.deepEqual(rules('messages_lost: { expect: count == 0, window: 2s, abortOnFail: true }').slice(0, 2), [
      'window must not be given for messages_lost: it is known only at the end',
      'abortOnFail must not be given for messages_lost: it is known only at the end',
    ]);
  });

  it('find a password without a user name, where it stands', () => {
    const rest = 'groups: { a: {} }\n';
    assert.deepEqual(heads(`brokers:\n  - url: mqtt://h\n    password: x\n${rest}`), [
      's.yaml:3:15: password must have a user name beside it [MQTT-3.1.2-22]',
    ]);
    assert.deepEqual(heads(`brokers:\n  - mqtt://:x@h\n${rest}`), [
      's.yaml:2:5: brokers must have a user name before its password [MQTT-3.1.2-22], but is "mqtt://:****@h"',
    ]);
    assert.deepEqual(heads(`brokers:\n  - { url: "mqtt://:x@h" }\n${rest}`), [
      's.yaml:2:12: url must have a user name before its password [MQTT-3.1.2-22], but is "mqtt://:****@h"',
    ]);
    accepts(`brokers:\n  - { url: "mqtt://h", username: "", password: x }\n${rest}`);
    accepts(`brokers:\n  - { url: "mqtt://u@h", password: x }\n${rest}`);
    accepts(`brokers:\n  - "mqtt://\${U:-}:\${P:-}@h"\n${rest}`);
  });

  it('find U+0000 in topics and client ids', () => {
    assert.deepEqual(heads(group('clientId: "a\\0{index}"', '{ topic: "a\\0" }')), [
      's.yaml:3:23: topic must not contain U+0000 [MQTT-1.5.4-2], but is "a\\u0000"',
      's.yaml:4:15: clientId must not contain U+0000 [MQTT-1.5.4-2], but is "a\\u0000{index}"',
    ]);
  });

  it('wrap long hints', () => {
    const [told = ''] = problems(`${group('clients: 1')}thresholds: { speed: "max < 5" }\n`);
    assert.ok(told.includes('known: connects, '));
    assert.ok(told.split('\n').every((line) => line.length <= 100));
  });

  it('keep --set from making groups and brokers', () => {
    const text = 'groups: { publishers: {}, north.east: {} }\n';
    assert.deepEqual(problems(text, { set: ['groups.publisher.clients=30'] }), [
      '--set groups.publisher.clients=30: must name a group that exists: publisher does not\n      did you mean groups.publishers?',
    ]);
    assert.match(
      problems(text, { set: ['groups.north.esat.clients=3'] })[0] ?? '',
      /did you mean groups\.north\.east\?/,
    );
    assert.match(problems(text, { set: ['groups.z={clients: 4}'] })[0] ?? '', /known: publishers, north\.east/);
    assert.match(heads(text, { set: ['brokers.0.url=mqtt://h'] })[0] ?? '', /must not make a broker/);
    assert.match(heads('name: x\n', { set: ['groups.a.clients=3'] })[0] ?? '', /the scenario must have the key groups/);
    assert.match(heads('name: x\n', { set: ['groups.a.clients=3'] })[1] ?? '', /must not make a group/);
    const list = `brokers: [ "mqtt://h" ]\n${text}`;
    assert.match(heads(list, { set: ['brokers.1=mqtt://x'] })[0] ?? '', /an entry of brokers .*0 to 0, not 1/);
    assert.match(
      heads(list, { set: ['brokers.1.password=hunter2'] })[0] ?? '',
      /^--set brokers\.1\.password=\*\*\*\*: must name an entry/,
    );
  });

  it('include those of YAML itself', () => {
    assert.deepEqual(problems('groups:\n  a: { clients: 1 }\n  a: {}\n'), [
      's.yaml:3:3: a must be given only once\n    3 |   a: {}\n      |   ^',
    ]);
    assert.match(heads('groups:\n\ta: {}\n')[0] ?? '', /not valid YAML: tabs/);
    assert.match(heads('groups: { a: *b }\n')[0] ?? '', /\*b must have an anchor/);
    assert.match(heads('')[0] ?? '', /the scenario is empty/);
    assert.match(heads('- 1\n')[0] ?? '', /the scenario must be a map, but is a list/);
    assert.match(heads('groups: {}\n')[0] ?? '', /groups must have at least one group/);
  });

  it('include names that would vanish', () => {
    assert.deepEqual(heads('groups:\n  a: {}\n  __proto__: { clients: 5 }\n'), [
      's.yaml:3:3: __proto__ must not be the name of anything',
    ]);
  });

  it('tell large numbers with commas, and what was meant by those of others', () => {
    const rule = /clients must be a whole number from 1 to 10,000,000, but is "1_000"\n.*did you mean 1000\?$/s;
    assert.match(problems('groups: { a: { clients: 1_000 } }\n')[0] ?? '', rule);
  });

  it('include aliases that stand for more than any memory holds', () => {
    const bomb = ['x: &a0 [ 1, 2 ]'];
    for (let i = 1; i < 12; i++)
      bomb.push(`x${i}: &a${i} [ ${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')} ]`);
    assert.match(heads(bomb.join('\n'))[0] ?? '', /^s\.yaml:12:61: must have fewer aliases \(\*\)/);
    assert.match(heads(group('clients: 1'), { set: ['name=*x'] })[0] ?? '', /^--set name=\*x: .*anchors/);
  });

  it('do not tell what only follows from others: metrics without data', () => {
    const asked = 'thresholds: { messages_lost: "count == 0", publish_time: "max < 1s" }\n';
    const wrong = '    subscribe: { topic: a }\n';
    assert.deepEqual(heads(`${group('clients: 1', '{ topic: a, qos: 1, payload: x }')}${wrong}${asked}`).length, 1);
    assert.deepEqual(heads(`${group('clients: 1', '{ topic: 5, qos: 1 }')}${wrong}${asked}`).length, 1);
    // What is wrong elsewhere changes nothing about it.
    assert.match(
      heads(`${group('clients: ten', '{ topic: a }')}${asked}`).join('\n'),
      /messages_lost will have no data/,
    );
  });

  it('name the option that the value came from', () => {
    const text = group('clients: 1');
    assert.match(
      heads(text, { set: ['groups.a.publish.0.qos=7'] })[0] ?? '',
      /^--set groups\.a\.publish\.0\.qos=7: qos must be 0, 1 or 2, but is 7/,
    );
    assert.match(heads(text, { duration: 'long' })[0] ?? '', /^--duration long: duration must be/);
    assert.match(
      heads(text, { brokers: ['mqtt://ok', 'http://h'] })[0] ?? '',
      /^--broker http:\/\/h: must begin with mqtt:\/\/, mqtts:\/\/, ws:\/\/ or wss:\/\/$/,
    );
    assert.match(heads(text, { brokers: ['x y'] })[0] ?? '', /^--broker x y: must be a url such as mqtt:\S+$/);
    assert.match(heads(text, { set: ['foo.bar=1'] })[0] ?? '', /^--set foo\.bar=1: foo is not a known key/);
    assert.match(heads(text, { set: ['nothing'] })[0] ?? '', /^--set nothing: must be <path>=<value>/);
    const list = 'groups: { a: { subscribe: [ { topic: a } ] } }\n';
    assert.match(heads(list, { set: ['groups.a.subscribe.5.qos=1'] })[0] ?? '', /from 0 to 0, not 5/);
  });

  it('never show a password', () => {
    const text =
      'brokers:\n  - { url: "mqtt://u:secret@h:0", password: hunter2, nmae: x }\n  - { url: "mqtt://h", password: [ hunter2 ] }\ngroups: { a: {} }\n';
    const told = problems(text, { set: ['brokers.1.password=[hunter2]'] }).join('\n');
    assert.doesNotMatch(told, /secret|hunter2/);
    assert.match(told, /u:\*\*\*\*@h/);
    assert.match(told, /password must be text/);
  });

  it('put the caret under the right characters where a password before it is masked', () => {
    const text =
      'brokers: [ { username: u, password: hunter2hunter2, nmae: x, url: "mqtt://h" } ]\ngroups: { a: {} }\n';
    const [, line = '', caret = ''] = (problems(text)[0] ?? '').split('\n');
    assert.equal(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1), 'nmae');
  });

  it('include variables that are missing, each at its place', () => {
    const text = group('clients: 1').replace('topic: a', 'topic: "$' + '{TOPIC:?say which}/$' + '{OTHER}"');
    assert.deepEqual(heads(text), [
      's.yaml:3:23: the scenario needs the environment variable TOPIC: say which',
      's.yaml:3:23: the scenario needs the environment variable OTHER, which is not set',
    ]);
  });
});
