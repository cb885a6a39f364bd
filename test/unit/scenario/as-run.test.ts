import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { asRun } from '../../../src/scenario/as-run.ts';
import { type LoadOptions, parseScenario } from '../../../src/scenario/load.ts';
import { loadSaved } from '../../../src/scenario/saved.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';

const group = 'groups: { a: { publish: { topic: "t/{index}" } } }\n';

function read(text: string, options: LoadOptions = {}): Scenario {
  const loaded = parseScenario('s.yaml', text, options);
  assert.ok('scenario' in loaded, JSON.stringify(loaded));
  return loaded.scenario;
}

/** The scenario of a result, run again with these options. */
function repeat({ asRun }: Scenario, options: LoadOptions = {}) {
  const saved = { name: 'the scenario in r.json', asRun, seed: 1, client: 'wire', threads: 1 };
  return loadSaved(saved, options);
}

function repeated(first: Scenario, options: LoadOptions = {}): Scenario {
  const loaded = repeat(first, options);
  assert.ok('scenario' in loaded, JSON.stringify(loaded));
  return loaded.scenario;
}

const values = ({ asRun }: Scenario): unknown => parse(asRun.text);
const without = ({ asRun, maskedText, sha256, ...rest }: Scenario) => rest;

describe('a scenario as it ran', () => {
  it('has the edits, the variables and its name in it, and comes out the same when it is read again', () => {
    const first = read(
      `brokers: [ "mqtt://\${HOST}:1883" ]\nduration: \${D:-7s}\ngroups: { a: { clients: "\${N}", publish: { topic: "\${T}", payload: { text: "\${V} $\${index}" } } } }\n`,
      {
        env: { HOST: 'h', N: '12', T: 't/{index}', V: '${index}', D: '' },
        set: ['groups.a.publish.qos=1', 'drain=3s'],
        brokers: ['mqtt://other:1884'],
      },
    );
    assert.deepEqual(values(first), {
      name: 's',
      brokers: ['mqtt://other:1884'],
      duration: '7s',
      drain: '3s',
      groups: { a: { clients: 12, publish: { topic: 't/{index}', payload: { text: '$${index} $${index}' }, qos: 1 } } },
    });
    const second = repeated(first);
    assert.deepEqual(without(second), without(first));
    assert.equal(second.asRun.text, first.asRun.text);
  });

  it('keeps types: a text that looks like a number stays one', () => {
    const first = read(
      `${group.replace('topic: "t/{index}"', 'topic: "100", payload: { json: { a: "1", b: 1, c: "true", d: "${X}" } }')}`,
      { env: { X: '5' } },
    );
    assert.deepEqual(without(repeated(first)), without(first));
  });

  it('makes paths of files absolute, whatever folder the result is read in', () => {
    const written = { brokers: [{ url: 'mqtts://h', tls: { ca: '${KEYS}/ca.pem', servername: 'ca.pem' } }] };
    const value = { brokers: [{ url: 'mqtts://h', tls: { ca: 'keys/ca.pem', servername: 'ca.pem' } }] };
    const { text, secrets } = asRun(written, value, 's', { KEYS: 'keys' }, () => 'x');
    const tls = { ca: resolve('x/keys/ca.pem'), servername: 'ca.pem' };
    assert.deepEqual(parse(text), { name: 's', brokers: [{ url: 'mqtts://h', tls }] });
    assert.deepEqual(secrets, []);
  });
});

describe('the secrets of a scenario as it ran', () => {
  const secret = 'hunter2';
  const all = (text: string, options: LoadOptions = {}) => {
    const scenario = read(`${text}\n${group}`, options);
    assert.doesNotMatch(JSON.stringify([scenario.asRun, scenario.maskedText]), /hunter2/);
    return scenario;
  };

  it('stay variables where they were, and are asked for by the same ones', () => {
    const env = { PW: secret, HOST: 'h', CRED: `u:${secret}`, URL: `mqtt://u:${secret}@h` };
    for (const brokers of [
      '[{ url: "mqtt://h", username: u, password: "${PW}" }]',
      '[{ url: "mqtt://h", username: u, password: "${PW:-other}" }]',
      '[ "mqtt://u:${PW}@${HOST}" ]',
      '[ "mqtt://${CRED}@${HOST}:1883" ]',
      '[ "${URL}" ]',
      '[{ url: "ws://h/mqtt", headers: { Authorization: "${PW}" } }]',
    ]) {
      const first = all(`brokers: ${brokers}`, { env });
      assert.deepEqual(first.asRun.secrets, [], brokers);
      assert.deepEqual(without(repeated(first, { env: { ...env, HOST: 'never asked for' } })), without(first), brokers);
      const lacking = repeat(first);
      assert.ok('problems' in lacking);
      assert.match(lacking.problems[0] ?? '', /^the scenario in r\.json:\d+:\d+: the scenario needs the environment/);
    }
  });

  it('are left out where they were written, and asked for by their path', () => {
    const places: readonly [string, string, string][] = [
      ['[{ url: "mqtt://h", username: u, password: hunter2 }]', 'brokers.0.password', 'hunter2'],
      ['[{ url: "mqtt://h", username: u, password: "x${A}" }]', 'brokers.0.password', 'xhunter2'],
      ['[ "mqtt://u%40x:hunter2@h" ]', 'brokers.0.password', 'hunter2'],
      ['[{ url: "mqtt://u:hunter2@h" }]', 'brokers.0.password', 'hunter2'],
      ['[{ url: "ws://h/mqtt", headers: { X-Key: hunter2 } }]', 'brokers.0.headers.X-Key', 'hunter2'],
      ['[ "wss://h/mqtt?sig=hunter2" ]', 'brokers.0', 'wss://h/mqtt?sig=hunter2'],
    ];
    for (const [brokers, path, value] of places) {
      const first = all(`brokers: ${brokers}`, { env: { A: secret } });
      assert.deepEqual(first.asRun.secrets, [path], brokers);
      const lacking = repeat(first);
      assert.ok('problems' in lacking);
      assert.equal(lacking.problems.length, 1);
      const hint = lacking.problems[0]?.replaceAll(/\s+/g, ' ') ?? '';
      assert.ok(hint.startsWith(`the scenario in r.json: ${path} was a secret, which no result holds`), hint);
      assert.ok(hint.includes(`--set '${path}=...'`) && hint.includes('--broker'), hint);
      const given = repeated(first, { set: [`${path}=\${GIVEN}`], env: { GIVEN: value } });
      assert.deepEqual(without(given), without(first), brokers);
    }
  });

  it('are none of a broker that is named anew', () => {
    const first = all('brokers: [ "mqtt://u:hunter2@h" ]');
    assert.equal(repeated(first, { brokers: ['mqtt://other'] }).brokers?.[0]?.name, 'other:1883');
  });

  it('are found in an option, in a payload, and wherever their variable stands', () => {
    const edited = all('', { brokers: [`mqtt://u:${secret}@h`] });
    assert.deepEqual(edited.asRun.secrets, ['brokers.0.password']);
    const text = `groups: { a: { publish: { topic: "x/\${PW}/\${API_TOKEN}", payload: { json: { password: hunter2, b: 1 } } } } }`;
    const first = read(`brokers: [{ url: "mqtt://h", username: u, password: "\${PW}" }]\n${text}\n`, {
      env: { PW: 'correct', API_TOKEN: 'horse' },
    });
    assert.doesNotMatch(first.asRun.text, /hunter2|correct|horse/);
    assert.match(first.asRun.text, /topic: x\/\$\{PW\}\/\$\{API_TOKEN\}/);
    assert.deepEqual(first.asRun.secrets, ['groups.a.publish.payload.json.password']);
  });

  it('are not what a group is called', () => {
    const first = read('groups: { headers: { clients: 2 }, password: { clients: 3 } }\n');
    assert.deepEqual(without(repeated(first)), without(first));
  });
});
