import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bundledScenarios } from '../../../src/scenario/bundled.ts';
import { type LoadOptions, load, parseScenario } from '../../../src/scenario/load.ts';

function read(text: string, options: LoadOptions = {}) {
  const loaded = parseScenario('folder/s.yaml', text, options);
  return 'scenario' in loaded ? loaded.scenario : assert.fail(loaded.problems.join('\n'));
}

const two =
  'groups:\n  a:\n    clients: 3\n    publish: { topic: a }\n  b.c:\n    subscribe: [ { topic: a }, { topic: b } ]\n';

describe('a scenario', () => {
  it('has the defaults of the language', () => {
    const scenario = read('groups: { a: {} }');
    assert.equal(scenario.name, 's');
    assert.equal(scenario.drain, 10_000);
    assert.equal(scenario.cluster, false);
    assert.deepEqual(scenario.groups['a'], {
      clients: 1,
      clientId: '{group}-{run}-{index}',
      protocol: '3.1.1',
      broker: 'spread',
      connect: { rate: 'unlimited', concurrency: 100, timeout: 10_000 },
      keepAlive: 60_000,
      inFlight: 20,
      maxQueued: 1000,
      reconnect: { after: 1000, upTo: 30_000, jitter: 0.5, attempts: 'unlimited' },
      session: 'clean',
      jobs: [],
    });
  });

  it('takes one entry or a list under a workload', () => {
    const { groups } = read(two);
    assert.deepEqual(
      groups['a']?.jobs.map(({ workload, entry }) => [workload, entry]),
      [['publish', 0]],
    );
    assert.deepEqual(
      groups['b.c']?.jobs.map(({ workload, entry }) => [workload, entry]),
      [
        ['subscribe', 0],
        ['subscribe', 1],
      ],
    );
  });

  it('takes brokers as urls or maps, with user names in either', () => {
    const { brokers } = read(
      'brokers: [ "mqtt://me:p%40ss@h:1", { name: n, url: "tcp://[::1]", username: u, password: p, weight: 2 } ]\ngroups: { a: {} }',
    );
    assert.deepEqual(brokers, [
      { name: 'h:1', url: 'mqtt://h:1', username: 'me', password: 'p@ss', weight: 1 },
      { name: 'n', url: 'mqtt://[::1]:1883', username: 'u', password: 'p', weight: 2 },
    ]);
  });

  it('takes brokers over TLS and WebSocket, with their ports and paths', () => {
    const urls = (...written: string[]) =>
      read(`brokers: ${JSON.stringify(written)}\ngroups: { a: {} }`).brokers?.map(({ url, username, password }) => [
        url,
        username,
        password,
      ]);
    assert.deepEqual(urls('mqtts://h', 'ssl://u:p@h:1', 'ws://h', 'wss://u:a%2Fb@h/', 'ws://h:9001/a@b?t=1'), [
      ['mqtts://h:8883', undefined, undefined],
      ['mqtts://h:1', 'u', 'p'],
      ['ws://h:80/mqtt', undefined, undefined],
      ['wss://h:443/', 'u', 'a/b'],
      ['ws://h:9001/a@b?t=1', undefined, undefined],
    ]);
  });

  it('keeps secrets of headers out of its text', () => {
    const { maskedText } = read(
      'brokers:\n  - url: "ws://h"\n    headers: { Authorization: "Bearer abc", X-Other: "${TOKEN}" }\ngroups: { a: {} }',
      { env: { TOKEN: 'x' } },
    );
    assert.doesNotMatch(maskedText, /abc/);
    assert.match(maskedText, /X-Other: "\$\{TOKEN\}"/);
  });

  it('is changed by --set, also in lists, below names with dots and where no map was', () => {
    const scenario = read(two, {
      set: [
        'groups.a.clients=7',
        'groups.b.c.subscribe.1.qos=2',
        'groups.a.publish.0.rate=5/s',
        'groups.a.connect.rate=10/s',
        'warmUp=0',
        'groups.b.c.subscribe.2={topic: c}',
      ],
    });
    assert.equal(scenario.groups['a']?.clients, 7);
    assert.equal(scenario.groups['a']?.connect.rate, 10);
    assert.equal((scenario.groups['a']?.jobs[0]?.options as { rate: number } | undefined)?.rate, 5);
    assert.deepEqual(scenario.groups['b.c']?.jobs[1]?.options, { topic: 'b', qos: 2 });
    assert.equal(scenario.groups['b.c']?.jobs.length, 3);
    assert.equal(scenario.warmUp, 0);
  });

  it('takes --set in thresholds of a part of the run, whose keys have dots and = of their own', () => {
    const { thresholds } = read('groups: { a.b: {} }\nthresholds: { "connects{group:a.b}": count > 1 }', {
      set: [
        'thresholds.connects{group:a.b}=count > 2',
        'thresholds.connect_time{group=a.b,broker="embedded"}.expect=max < 5s',
      ],
    });
    assert.deepEqual(
      thresholds.map(({ expression: { text, where } }) => [text, where]),
      [
        ['count > 2', { group: 'a.b' }],
        ['max < 5s', { group: 'a.b', broker: 'embedded' }],
      ],
    );
  });

  it('takes --set below a broker that is a url, and below a name that is a number', () => {
    const text = 'brokers: [ "mqtt://h" ]\ngroups: { 7: {} }';
    const { brokers, groups } = read(text, { set: ['brokers.0.weight=3', 'groups.7.clients=2'] });
    assert.deepEqual(brokers, [{ name: 'h:1883', url: 'mqtt://h:1883', weight: 3 }]);
    assert.equal(groups['7']?.clients, 2);
  });

  it('gets other brokers and another duration by options', () => {
    const scenario = read('brokers: [ "mqtt://h" ]\nduration: 5s\ngroups: { a: {} }', {
      brokers: ['mqtt://x:1', 'mqtt://y:2'],
      duration: '7s',
    });
    assert.deepEqual(
      scenario.brokers?.map(({ name }) => name),
      ['x:1', 'y:2'],
    );
    assert.equal(scenario.duration, 7000);
  });

  it('takes values from the environment, of the type that is due', () => {
    const text = [
      'brokers:',
      '  - { url: "mqtt://${HOST:-localhost}:${PORT:?which}", username: u, password: "${PASS}" }',
      'groups:',
      '  a:',
      '    clients: ${N:-5}',
      '    inFlight: ${M}',
      '    publish:',
      '      topic: ${T}',
      '      retain: ${R}',
    ].join('\n');
    assert.throws(() => read(text), /PORT: which/);
    const { brokers, groups } = read(text, { env: { PORT: '77', PASS: '007', M: '9', T: '42', R: 'true' } });
    assert.deepEqual(brokers, [
      { name: 'localhost:77', url: 'mqtt://localhost:77', username: 'u', password: '007', weight: 1 },
    ]);
    assert.deepEqual([groups['a']?.clients, groups['a']?.inFlight], [5, 9]);
    const options = groups['a']?.jobs[0]?.options as { topic: string; retain: boolean };
    assert.deepEqual([options.topic, options.retain], ['42', true]);
  });

  it('takes variables in quotes as what is due, too, where nothing else is in the quotes', () => {
    const { groups } = read('groups: { a: { clients: "${N:-7}", publish: { topic: "${T:-42}", retain: \'${R}\' } } }', {
      env: { R: 'true' },
    });
    assert.equal(groups['a']?.clients, 7);
    const options = groups['a']?.jobs[0]?.options as { topic: string; retain: boolean };
    assert.deepEqual([options.topic, options.retain], ['42', true]);
    assert.throws(() => read('groups: { a: { clients: "1${N:-7}" } }'), /whole number .*but is "17"/);
  });

  it('keeps a variable a text where its value is refused for another reason', () => {
    const text = 'brokers: [ { url: "mqtt://h", password: "${PASS}" } ]\ngroups: { a: {} }';
    assert.throws(() => read(text, { env: { PASS: '007' } }), /password must have a user name/);
  });

  it('may share nothing: 0 needs no unit', () => {
    const { groups } = read('groups: { a: { reconnect: { jitter: 0 }, connect: { atLeast: "0" } } }');
    const { reconnect, connect } = groups['a'] ?? {};
    assert.deepEqual([reconnect !== false && reconnect?.jitter, connect?.atLeast], [0, 0]);
  });

  it('keeps a plain ${ where it is written as $${', () => {
    const { groups } = read('groups: { a: { publish: { topic: a, payload: { text: "$${{x}}" } } } }');
    assert.deepEqual((groups['a']?.jobs[0]?.options as { payload: unknown } | undefined)?.payload, { text: '${{x}}' });
  });

  it('keeps its text without passwords, and the hash of the text as it was', () => {
    const text =
      'brokers:\n  - url: mqtt://u:secret@h\n    name: x\n  - url: mqtt://v@h\n    password: >-\n      hunter2\ngroups: { a: {} }\n';
    const scenario = read(text);
    assert.doesNotMatch(scenario.maskedText, /secret|hunter2/);
    assert.match(scenario.maskedText, /mqtt:\/\/u:\*\*\*\*@h/);
    assert.match(scenario.maskedText, /groups: \{ a: \{\} \}/);
    assert.match(scenario.sha256, /^[0-9a-f]{64}$/);
    assert.notEqual(read(text.replace('hunter2', 'hunter3')).sha256, scenario.sha256);
  });

  it('may merge one group into another', () => {
    const { groups } = read('groups:\n  a: &a { clients: 3, keepAlive: 5s }\n  b: { <<: *a, clients: 4 }\n');
    assert.deepEqual([groups['b']?.clients, groups['b']?.keepAlive], [4, 5000]);
  });
});

describe('load', () => {
  it('reads a file, also one that begins with a byte order mark', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mqtt-stress-'));
    try {
      const path = join(folder, 'mine.yaml');
      await writeFile(path, '\uFEFFgroups: { a: {} }\n');
      const loaded = await load(path);
      assert.equal('scenario' in loaded && loaded.scenario.name, 'mine');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('knows the bundled scenarios by name, and all of them are valid', async () => {
    const names = await bundledScenarios();
    assert.deepEqual(names.toSorted(), [
      'fan-in',
      'fan-out',
      'many-brokers',
      'many-clients',
      'no-reconnect',
      'point-to-point',
      'quick-start',
      'takeover',
      'three-attempts',
    ]);
    for (const name of names) {
      const loaded = await load(name);
      if ('problems' in loaded) assert.fail(loaded.problems.join('\n'));
      assert.deepEqual(loaded.scenario.warnings, []);
    }
  });

  it('says so where there is neither a file nor a bundled scenario', async () => {
    await assert.rejects(load('quick-strat'), {
      message: /no file and no bundled scenario/,
      hint: 'did you mean quick-start?',
    });
    await assert.rejects(load(tmpdir()), { message: /is a folder$/ });
  });
});
