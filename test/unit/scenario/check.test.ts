import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseScenario } from '../../../src/scenario/load.ts';

function head(text: string, seed = 0): string {
  const loaded = parseScenario('s.yaml', text, { seed });
  return 'problems' in loaded ? loaded.problems.map((problem) => problem.split('\n')[0]).join('\n') : 'valid';
}

function warnings(text: string): readonly string[] {
  const loaded = parseScenario('s.yaml', text);
  return 'scenario' in loaded ? loaded.scenario.warnings : assert.fail(loaded.problems.join('\n'));
}

const external = 'brokers: [ "mqtt://h" ]\n';
const pair = (publish: string, rest = '') =>
  `groups:\n  p: { clients: 2, publish: { topic: "a/{index}", ${publish} } }\n  s: { subscribe: { topic: "a/+" } }\n${rest}`;

describe('the rules over several keys', () => {
  it('find topic names with wildcards and filters that are not valid, as they will be sent', () => {
    assert.match(
      head('groups: { a: { publish: { topic: "a/+" } } }'),
      /topic must be a topic name.*MQTT-3\.3\.2-2\], but is "a\/\+"/,
    );
    assert.match(head('groups: { a: { subscribe: [ { topic: a }, { topic: "a/#/b" } ] } }'), /must have # only alone/);
    assert.match(head('groups: { a: { clientId: "x+{index}", publish: { topic: "{clientId}" } } }'), /but is "x\+0"/);
    assert.match(head('groups: { a: { subscribe: { topic: "$share/x" } } }'), /\$share\/<name>\/<filter>/);
  });

  it('find local addresses of another family than the broker has', () => {
    const from = (brokers: string, localAddress: string, rest = '') =>
      head(`${brokers}groups: { a: { localAddress: ${localAddress}${rest} } }`);
    const [four, six] = [
      'brokers: [ "mqtt://192.0.2.1" ]\n',
      'brokers: [ { name: x, url: "mqtt://[2001:db8::1]" } ]\n',
    ];
    assert.match(
      from(four, '["127.0.0.2", "::1"]'),
      /localAddress must be an IPv4 address, as the broker at 192\.0\.2\.1 has one, but is "::1"/,
    );
    assert.match(
      from(six, '127.0.0.2'),
      /must be an IPv6 address, as the broker at 2001:db8::1 has one, but is "127\.0\.0\.2"/,
    );
    assert.match(from('', '"::1"'), /must be an IPv4 address, as the broker at 127\.0\.0\.1 has one/);
    assert.match(from(four, '[]'), /localAddress must have at least one address/);
    for (const valid of [from(four, '127.0.0.2'), from(six, '"::1"'), from(external, '["127.0.0.1", "::1"]')])
      assert.equal(valid, 'valid');
    const both = 'brokers: [ { name: x, url: "mqtt://[::1]" }, { name: y, url: "mqtt://127.0.0.1" } ]\n';
    assert.equal(from(both, '"::1"', ', broker: x'), 'valid');
    assert.match(from(both, '"::1"'), /must be an IPv4/);
  });

  it('find filters that one client would subscribe to twice, as they will be sent', () => {
    const entries = (...topics: string[]) =>
      head(
        `groups: { a: { clients: 9, subscribe: [ ${topics.map((topic) => `{ topic: "${topic}" }`).join(', ')} ] } }`,
      );
    assert.match(
      entries('t/#', 'u', 't/#'),
      /:84: topic must be another filter than that of entry 0: for a\[0\] both are "t\/#", .*MQTT-3\.8\.4-3\]$/,
    );
    assert.match(entries('t/{index}', 't/{group}', 't/a'), /entry 1: for a\[0\] both are "t\/a"/);
    assert.match(entries('t/{index/2}', 't/{index%3}'), /entry 0: for a\[0\] both are "t\/0"/);
    assert.match(entries('t/{index}', 't/7'), /entry 0: for a\[7\] both are "t\/7"/);
    assert.match(entries('$share/s/t', '$share/s/t'), /both are "\$share\/s\/t"/);
    assert.equal(entries('t/#', 't/+', '$share/s/t/#', '$share/r/t/#', 't/{index}'), 'valid');
  });

  it('find ids that two clients would share', () => {
    assert.match(head('groups: { a: { clients: 2, clientId: x } }'), /a\[0\] and a\[1\] both get "x"/);
    assert.match(
      head('groups: { a: { clients: 3, clientId: "d{index}" }, b: { clientId: "d{index%2}" } }'),
      /a\[0\] and b\[0\] both get "d0"/,
    );
    assert.match(head('groups: { a: { clients: 500, clientId: "{random:10}" } }'), /each client its own id/);
    assert.equal(
      head('groups: { a: { clients: 3, clientId: "{group}-{index}" }, b: { clientId: "{group}-{index}" } }'),
      'valid',
    );
    const pinned = 'brokers: [ { name: x, url: "mqtt://h:1" }, { name: y, url: "mqtt://h:2" } ]\n';
    const groups = 'groups: { a: { broker: x, clientId: one }, b: { broker: y, clientId: one } }\n';
    assert.equal(head(pinned + groups), 'valid');
    assert.match(head(`${pinned}cluster: true\n${groups}`), /both get "one"/);
  });

  it('let clients share an id where both of them allow it, and say how', () => {
    const twins = (keys: string) => `groups: { a: { clients: 2, clientId: x${keys} } }`;
    assert.equal(head(twins(', allowDuplicateIds: true')), 'valid');
    assert.equal(head(`allowDuplicateIds: true\n${twins('')}`), 'valid');
    assert.match(head(`allowDuplicateIds: true\n${twins(', allowDuplicateIds: false')}`), /both get "x"/);
    const loaded = parseScenario(
      's.yaml',
      'groups: { a: { clientId: x, allowDuplicateIds: true }, b: { clientId: x } }',
    );
    const problems = 'problems' in loaded ? loaded.problems.join('\n') : '';
    assert.match(problems, /a\[0\] and b\[0\] both get "x"/);
    assert.match(
      problems.replaceAll(/\s+/g, ' '),
      /take over each other's connections, say allowDuplicateIds: true in both groups/,
    );
    assert.match(head(twins(', allowDuplicateIds: yes')), /allowDuplicateIds must be true or false/);
  });

  it('find brokers that do not exist, names given twice, and weights that are all 0', () => {
    assert.match(
      head(`${external}groups: { a: { broker: x } }`),
      /broker must be spread or the name of a broker, but is "x"/,
    );
    assert.match(head('brokers: [ "mqtt://h", "tcp://h:1883" ]\ngroups: { a: {} }'), /h:1883 is taken/);
    assert.match(head('brokers: [ { url: "mqtt://h", weight: 0 } ]\ngroups: { a: {} }'), /weight above 0/);
  });

  it('find a run in which nothing would ever be published', () => {
    const silent = /^s\.yaml:2:20: publish must have a rate above 0 somewhere: nothing would ever be published$/;
    for (const publish of ['rate: 0/s', 'totalRate: 0', 'stages: [ { for: 1m, at: 0 } ]'])
      assert.match(head(pair(publish)), silent);
    assert.equal(head(pair('rate: 0/s', '  q: { publish: { topic: "a/q" } }')), 'valid');
    assert.equal(head(pair('rate: 1/h')), 'valid');
  });

  it('find metrics that will have no data', () => {
    assert.match(head(pair('qos: 0', 'thresholds: { publish_time: "p(99) < 1s" }')), /publish_time will have no data/);
    assert.equal(head(pair('qos: 1', 'thresholds: { publish_time: "p(99) < 1s" }')), 'valid');
    assert.equal(head(pair('qos: 0', 'thresholds: { delivery_time: "p(99) < 1s" }')), 'valid');
    assert.match(
      head(pair('payload: 8B', 'thresholds: { delivery_time: "p(99) < 1s" }')),
      /no subscription matches a stamped/,
    );
    const apart =
      'groups: { p: { publish: { topic: a } }, s: { subscribe: { topic: b } } }\nthresholds: { messages_lost: "count == 0" }';
    assert.match(head(apart), /messages_lost will have no data/);
    const idle = 'groups: { a: {} }\nthresholds: { subscribe_time: "max < 1s", reconnect_time: "max < 9s" }';
    assert.match(head(idle), /subscribe_time will have no data: no group subscribes$/);
  });

  describe('find in selectors of thresholds', () => {
    const brokers = 'brokers: [ { name: x, url: "mqtt://h:1" }, { name: y, url: "mqtt://h:2", weight: 0 } ]\n';
    const groups = `groups:
  p: { clients: 3, publish: [ { topic: a, qos: 1 }, { topic: b, qos: 2 } ] }
  s: { subscribe: { topic: a } }
  low: { subscribe: { topic: b, qos: 0 } }
  pinned: { broker: y }
`;
    const asked = (key: string, expectation = 'count == 0') =>
      head(`${brokers}${groups}thresholds: { "${key}": "${expectation}" }\n`);
    const time = (key: string) => asked(key, 'max < 1s');

    it('groups and brokers that are none, or do not meet', () => {
      const told = parseScenario('s.yaml', `${brokers}${groups}thresholds: { "connects{group=pined}": "count > 0" }\n`);
      assert.match('problems' in told ? told.problems.join() : '', /pined is none.*did you mean pinned\?/s);
      assert.match(asked('connects{broker=z}'), /must name a broker of the scenario: z is none$/);
      assert.match(
        asked('connects{group=p,broker=y}'),
        /must name a broker that has clients: group p has no clients on y$/,
      );
      for (const fine of ['connects{group=pinned,broker=y}', 'connects{group=p,broker=x}', 'connects{broker=y}'])
        assert.equal(asked(fine), 'valid', fine);
      assert.match(
        time('publish_time{broker=y}'),
        /will have no data: no client on broker y publishes with QoS 1 or 2/,
      );
    });

    it('a QoS that is not used there', () => {
      assert.match(time('publish_time{group=p,qos=0}'), /must name a QoS that is used: group p publishes at 1 and 2$/);
      assert.match(time('delivery_time{group=low,qos=1}'), /must name a QoS that is used: group low receives at 0$/);
      assert.match(time('delivery_time{group=s,qos=0}'), /must name a QoS that is used: group s receives at 1$/);
      // From QoS 0 up to what it asked for anything may come from elsewhere.
      assert.equal(asked('messages_foreign{group=s,qos=0}'), 'valid');
      assert.equal(time('publish_complete_time{qos=2}'), 'valid');
      assert.match(time('publish_complete_time{qos=1}'), /will have no data: no client at QoS 1 publishes with QoS 2$/);
    });

    it('parts that have no such metric, of which a count of 0 would say nothing', () => {
      assert.match(time('delivery_time{group=p}'), /no client of group p has a subscription that matches a stamped/);
      assert.match(time('publish_time{group=s}'), /no client of group s publishes with QoS 1 or 2/);
      assert.match(asked('publish_errors{group=s}'), /no client of group s publishes with QoS 1 or 2/);
      assert.match(asked('messages_received{group=p}'), /no client of group p subscribes$/);
      for (const fine of ['publish_errors{group=p,qos=1}', 'messages_lost{group=s}', 'connect_errors{group=s}'])
        assert.equal(asked(fine), 'valid', fine);
    });
  });

  it('expect deliveries within each broker only, unless the brokers are a cluster', () => {
    const brokers = 'brokers: [ { name: x, url: "mqtt://h:1" }, { name: y, url: "mqtt://h:2" } ]\n';
    const rest =
      'groups: { p: { broker: x, publish: { topic: a } }, s: { broker: y, subscribe: { topic: a } } }\nthresholds: { messages_lost: "count == 0" }\n';
    assert.match(head(brokers + rest), /will have no data/);
    assert.equal(head(`${brokers}cluster: true\n${rest}`), 'valid');
  });

  it('find MQTT 5 on the embedded broker, with the way out', () => {
    const loaded = parseScenario('s.yaml', 'groups: { a: { protocol: 5 } }');
    assert.match('problems' in loaded ? (loaded.problems[0] ?? '') : '', /does not speak MQTT 5, but is 5.*--broker/s);
    assert.equal(head(`${external}groups: { a: { protocol: 5 } }`), 'valid');
  });

  it('find times and rates with which the run could not end or begin', () => {
    const stages = '{ topic: a, stages: [ { over: 3s, to: 5/s } ] }';
    assert.match(
      head(`warmUp: 4s\ngroups: { a: { publish: ${stages} } }`),
      /warmUp must be shorter than the stages, which last 3s/,
    );
    assert.match(head('groups: { a: { publish: { topic: a, rate: 0, messages: 3 } } }'), /never be sent/);
    assert.match(head('groups: { a: { connect: { rate: 0 } } }'), /rate must be above 0/);
    assert.match(
      head('groups: { a: { clients: 100, connect: { rate: 10/s, within: 5s } } }'),
      /within must be at least 10s/,
    );
    assert.match(head('groups: { a: { reconnect: { after: 5s, upTo: 1s } } }'), /upTo must be at least after/);
  });

  it('find more streams than stamps can number', () => {
    assert.match(
      head(`${external}groups: { a: { clients: 9000000, publish: [ { topic: a }, { topic: b } ] } }`),
      /at most 16,777,216 streams/,
    );
  });

  it('warn of payloads without a stamp, and of long ids on MQTT 3.1', () => {
    assert.match(warnings(pair('payload: 8B'))[0] ?? '', /p: the payload of publish has no room for a stamp/);
    assert.match(
      warnings('groups: { a: { protocol: 3.1, clientId: "a-very-long-client-id-indeed-{index}" } }')[0] ?? '',
      /MQTT 3\.1 allows 23/,
    );
    assert.deepEqual(warnings(pair('payload: 16B')), []);
  });

  describe('where the stamp is a user property', () => {
    const mixed = (payload: string, rest = '') =>
      `${external}groups:
  p: { protocol: 5, publish: [ { topic: b }, { topic: a, payload: ${payload} } ] }
  old: { subscribe: { topic: a } }
  older: { protocol: 3.1, subscribe: { topic: "#" } }
  other: { subscribe: { topic: b } }
${rest}`;

    it('warn of receivers before MQTT 5, which do not get it', () => {
      const [told, ...others] = warnings(mixed('{ text: x }'));
      assert.match(told ?? '', /^p: the stamp of publish entry 1 is a user property.* what old, older gets of it/);
      assert.deepEqual(others, []);
      for (const fine of ['{ text: "{stamp}" }', '16B']) assert.deepEqual(warnings(mixed(fine)), []);
      assert.deepEqual(
        warnings(
          mixed('{ text: x }')
            .replaceAll(/(old|older): \{/g, '$1: { protocol: 5,')
            .replace('protocol: 5, protocol: 3.1', 'protocol: 5'),
        ),
        [],
      );
    });

    it('find metrics that so have no data, with the way out', () => {
      const asked = (group: string) =>
        parseScenario(
          's.yaml',
          mixed('{ text: x }', `thresholds: { "messages_lost{group=${group}}": "count == 0" }\n`),
        );
      const problems = asked('old');
      const text = 'problems' in problems ? problems.problems.join('\n').replaceAll(/\s+/g, ' ') : '';
      assert.match(text, /no client of group old has a subscription that matches a stamped.*put \{stamp\} in it/);
      const elsewhere = asked('p');
      assert.doesNotMatch('problems' in elsewhere ? elsewhere.problems.join() : '{stamp}', /\{stamp\}/);
      // It gets b as well, which has its stamp in the payload.
      assert.ok('scenario' in asked('older'));
    });
  });
});
