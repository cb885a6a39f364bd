import assert from 'node:assert/strict';
import { it, describe as suite } from 'node:test';
import { compile } from '../../../src/plan/compile.ts';
import { describe as describeWith } from '../../../src/plan/describe.ts';
import { needs } from '../../../src/plan/needs.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { ratesOf } from '../../../src/plan/rates.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

const machine = {
  cores: 2,
  openFiles: 1024,
  openFilesHard: 4096,
  filesInUse: 18,
  sourcePorts: undefined,
  addresses: [],
  hostName: 'bench',
  availableBytes: 2 ** 30,
  totalBytes: 2 ** 31,
};

const describe = (plan: Plan, here: typeof machine, columns?: number) =>
  describeWith(plan, here, { count: 1, why: 'the load is about 2 % of a core' }, columns);

function planOf(text: string) {
  const loaded = parseScenario('s.yaml', text);
  if ('problems' in loaded) return assert.fail(loaded.problems.join('\n'));
  return compile(loaded.scenario, { runTag: 'abc1234', seed: 7, commandLine: '', client: 'wire' });
}

suite('a plan in words', () => {
  it('tells that clients have one id on purpose', () => {
    const text = describe(planOf('groups: { twins: { clients: 3, clientId: x, allowDuplicateIds: true } }'), machine);
    assert.match(text.replaceAll(/\s+/g, ' '), /3 clients have the first id, on purpose, and take over each other's/);
  });

  it('tells whom the stamp of a message does not reach', () => {
    const text = describe(
      planOf(`
        brokers: [ "mqtt://h" ]
        groups:
          p: { protocol: 5, publish: [ { topic: a, payload: { text: x } }, { topic: b } ] }
          old: { subscribe: { topic: "#" } }
          new: { protocol: 5, subscribe: { topic: "#" } }`),
      machine,
    );
    const told = text.match(/its stamp is a user property, which does not come to old:/g);
    assert.equal(told?.length, 1);
  });

  it('tells every default and the load, in lines of at most 100 columns', () => {
    const text = describe(
      planOf(`
        name: Both ways
        groups:
          sensors: { clients: 1000, publish: { topic: "sensors/{index}/temperature", qos: 1 } }
          boards: { clients: 5, subscribe: { topic: "sensors/+/temperature" } }
        thresholds: { connects: { expect: "count > 3", level: warn } }`),
      machine,
    );
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
    for (const part of [
      /^Both ways\n/,
      /warm-up +2s of load that is not counted/,
      /measured +30s/,
      /ids +sensors-abc1234-0 to sensors-abc1234-999/,
      /MQTT 3\.1\.1, clean, keep-alive 1m/,
      /1\/s each,\s+1,000\/s\s+in\s+total/,
      /each message goes to 5 subscribers/,
      /at QoS 1\n +filter of the first client: sensors\/\+\/temperature; each client gets 1,000/,
      /published +1,000\/s/,
      /delivered +5,000\/s/,
      /connects +count > 3 \(only a warning\)/,
      /delivery_violations +count == 0 \(always/,
      /open files +1,034 of 1,024/,
      /source ports +1,005 of an unknown limit/,
    ]) {
      assert.match(text, part);
    }
  });

  it('shows no query of a url, which may be a signature', () => {
    const signed = planOf('brokers: [ "wss://h:1/mqtt?token=hunter2" ]\ngroups: { a: { clients: 3 } }');
    const text = describe(signed, machine);
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /source ports +3 of an unknown limit to wss:\/\/h:1\/mqtt\?\.\.\./);
    const [problem] = needs(signed, { ...machine, sourcePorts: 2 }, 1);
    assert.match(problem?.rule ?? '', /need 3 source ports to wss:\/\/h:1\/mqtt\?\.\.\.,/);
  });

  it('tells thresholds on parts of the run, and those that are judged while it goes on', () => {
    const text = describe(
      planOf(`
        groups: { a: { publish: { topic: x, qos: 1 } }, b: { subscribe: { topic: x } } }
        thresholds:
          messages_lost: "share < 0.01%"
          delivery_time{group=b}: { expect: "p(99) < 1s", window: 5s }
          publish_errors: { expect: "share < 1%", abortOnFail: true, after: 3s, window: 20s }
          connect_errors: { expect: "count < 9", abortOnFail: true }`),
      machine,
    ).replaceAll(/\s+/g, ' ');
    for (const part of [
      'messages_lost share < 0.01% of the deliveries expected ',
      'delivery_time{group=b} p(99) < 1s (judged every second on the last 5s) ',
      'share < 1% of the messages sent at QoS 1 and 2 (judged every second on the last 20s, from 3s of the measured window on, stops the run where it fails)',
      'connect_errors count < 9 (judged every second on the run so far, stops the run where it fails)',
    ])
      assert.ok(text.includes(part), `${part}: ${text}`);
  });

  it('tells of kept sessions and wills', () => {
    const text = describe(
      planOf(`
        brokers: [ mqtt://h ]
        groups:
          five: { protocol: 5, session: { expiry: 1h }, will: { topic: "gone/{clientId}", payload: bye, qos: 1, retain: true, delay: 5s } }
          three: { session: { cleanStart: false, leave: true } }`),
      machine,
    );
    const words = text.replaceAll(/\s+/g, ' ');
    assert.match(words, /MQTT 5, kept and resumed, for 1h, removed at the end, keep-alive 1m/);
    assert.match(words, /will to gone\/\{clientId\} at QoS 1, retained, "bye", 5s after the loss/);
    assert.match(words, /MQTT 3\.1\.1, kept and resumed, as long as the broker decides, left on the broker at the end/);
  });

  for (const columns of [80, 60, 40]) {
    it(`fits ${columns} columns`, () => {
      const text = describe(
        planOf('groups: { boards: { clients: 5, subscribe: { topic: "a/+" } } }'),
        machine,
        columns,
      );
      for (const line of text.split('\n')) assert.ok(line.length <= columns, line);
      assert.match(text.replaceAll(/\s+/g, ' '), /broker embedded connect as fast as possible, at most 100 at once/);
    });
  }

  it('tells apart who publishes nothing and who seldom does', () => {
    const load = (rest: string) => describe(planOf(`groups: { a: { clients: 20${rest} } }`), machine);
    assert.match(load(''), /Load\n +no messages: connections only/);
    assert.match(load(', publish: { topic: a, rate: 1/h }'), /Load\n +none is due in the measured window: the rates/);
  });

  it('calls a number an average where clients differ in it', () => {
    const words = (weight: number) =>
      describe(
        planOf(`
          brokers: [ { name: x, url: "mqtt://h", weight: ${weight} }, { name: y, url: "mqtt://i" } ]
          groups: { p: { clients: 8, publish: { topic: a } }, s: { clients: 4, subscribe: { topic: a } } }`),
        machine,
      ).replaceAll(/\s+/g, ' ');
    assert.match(words(3), /goes to 2\.5 subscribers on average .* gets 5 publishers' messages on average/);
    assert.match(words(1), /goes to 2 subscribers .* gets 4 publishers' messages Load/);
  });

  it('shows no password', () => {
    const text = describe(planOf('brokers: [ "mqtt://me:secret@h" ]\ngroups: { a: {} }'), machine);
    assert.match(text, /mqtt:\/\/h:1883, as user me/);
    assert.doesNotMatch(text, /secret/);
    const headers = describe(
      planOf('brokers: [ { url: "wss://h", headers: { A: secret }, tls: { verify: false } } ]\ngroups: { a: {} }'),
      machine,
    );
    assert.match(headers, /wss:\/\/h:443\/mqtt, any certificate is accepted, headers A, without user name/);
    assert.doesNotMatch(headers, /secret/);
  });
});

suite('the rates of a plan', () => {
  it('are those of the measured window', () => {
    const staged =
      'warmUp: 1s\ngroups: { a: { clients: 2, publish: { topic: a, stages: [ { for: 1s, at: 50/s }, { for: 4s, at: 10/s } ] } } }';
    assert.equal(Math.round(ratesOf(planOf(staged)).publishedPerSecond), 20);
  });

  it('count a message once for each client that gets it, and a share as one', () => {
    const rates = ratesOf(
      planOf(`
        groups:
          p: { clients: 2, publish: { topic: "a/{index}", rate: 5/s } }
          s: { clients: 3, subscribe: [ { topic: "a/+" }, { topic: "a/#" } ] }
          shared: { clients: 4, subscribe: { topic: "$share/x/a/+" } }`),
    );
    assert.deepEqual(rates, { publishedPerSecond: 10, deliveredPerSecond: 40, unlimited: false });
  });

  it('say where a closed loop has none', () => {
    const rates = ratesOf(planOf('groups: { p: { publish: { topic: a, rate: max } } }'));
    assert.deepEqual(rates, { publishedPerSecond: 0, deliveredPerSecond: 0, unlimited: true });
  });
});
