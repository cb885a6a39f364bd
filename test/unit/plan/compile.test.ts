import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stampTag } from '../../../src/base/random.ts';
import { compile } from '../../../src/plan/compile.ts';
import { identity, jobContext } from '../../../src/plan/identity.ts';
import type { GroupPlan, Plan } from '../../../src/plan/plan.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

function planOf(text: string): Plan {
  const loaded = parseScenario('s.yaml', text);
  if ('problems' in loaded) return assert.fail(loaded.problems.join('\n'));
  return compile(loaded.scenario, {
    runTag: 'abc1234',
    seed: 7,
    commandLine: 'mqtt-stress run s.yaml',
    client: 'wire',
  });
}

function groupOf(plan: Plan, name: string): GroupPlan {
  return plan.groups.find((group) => group.name === name) ?? assert.fail(`no group ${name}`);
}

const qosOf = (plan: Plan, name: string, job = 0) =>
  (groupOf(plan, name).jobs[job]?.options as { qos: number } | undefined)?.qos;

describe('a plan', () => {
  it('is plain JSON, the same for the same scenario', () => {
    const text = 'groups: { a: { clients: 3, publish: { topic: a }, subscribe: { topic: a } } }';
    const plan = planOf(text);
    assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
    assert.deepEqual(planOf(text), plan);
  });

  it('numbers the streams of all publish entries in one range', () => {
    const plan = planOf(
      'groups: { a: { clients: 3, publish: [ { topic: a }, { topic: b } ] }, s: { clients: 9, subscribe: { topic: a } }, b: { clients: 2, publish: { topic: c } } }',
    );
    assert.deepEqual(
      groupOf(plan, 'a').jobs.map(({ firstStream }) => firstStream),
      [0, 3],
    );
    assert.equal(groupOf(plan, 'b').jobs[0]?.firstStream, 6);
  });

  it('has the embedded broker where none is named, listening where it is told', () => {
    const [broker] = planOf('groups: { a: {} }').brokers;
    assert.deepEqual(broker, { name: 'embedded', weight: 1, target: { url: '' }, embedded: true });
  });

  it('resolves the QoS of a subscription to the highest that reaches it', () => {
    const plan = planOf(`
      groups:
        p: { publish: [ { topic: x/1, qos: 1 }, { topic: x/2, qos: 2 }, { topic: y, qos: 0 } ] }
        one: { subscribe: { topic: x/1 } }
        both: { subscribe: { topic: x/+ } }
        given: { subscribe: { topic: "#", qos: 0 } }
        none: { subscribe: { topic: z } }`);
    assert.deepEqual(
      ['one', 'both', 'given', 'none'].map((name) => qosOf(plan, name)),
      [1, 2, 0, 0],
    );
  });

  it('gives connecting its ramp and 30 s, and at least half of the clients', () => {
    const { connect } = groupOf(planOf('groups: { a: { clients: 100, connect: { rate: 10/s } }, b: {} }'), 'a');
    assert.deepEqual(connect, {
      ratePerSecond: 10,
      concurrency: 100,
      withinMs: 40_000,
      atLeast: 0.5,
      atLeastSet: false,
    });
    const set = groupOf(planOf('groups: { a: { connect: { atLeast: 90%, within: 5s } }, b: {} }'), 'a').connect;
    assert.deepEqual(set, { ratePerSecond: null, concurrency: 100, withinMs: 5000, atLeast: 0.9, atLeastSet: true });
  });

  it('lasts as asked, as its stages, or until all messages are sent', () => {
    const times = (text: string) => {
      const { warmUpMs, durationMs } = planOf(text);
      return [warmUpMs, durationMs];
    };
    const limited = '{ topic: a, messages: 5 }';
    const staged = '{ topic: a, stages: [ { over: 3s, to: 5/s }, { for: 4s, at: 5/s } ] }';
    assert.deepEqual(times('groups: { a: { publish: { topic: a } } }'), [2000, 30_000]);
    assert.deepEqual(times('warmUp: 1s\nduration: 9s\ngroups: { a: { publish: { topic: a } } }'), [1000, 9000]);
    assert.deepEqual(times(`groups: { a: { publish: ${limited} } }`), [0, null]);
    assert.deepEqual(times(`duration: 9s\ngroups: { a: { publish: ${limited} } }`), [0, 9000]);
    assert.deepEqual(times(`groups: { a: { publish: [ ${limited}, { topic: b } ] } }`), [2000, 30_000]);
    assert.deepEqual(times(`groups: { a: { publish: ${staged} } }`), [0, 7000]);
    assert.deepEqual(times(`warmUp: 3s\ngroups: { a: { publish: ${staged} } }`), [3000, 4000]);
  });

  it('judges delivery violations unless the scenario does, or nothing is delivered', () => {
    const thresholds = (text: string) => planOf(text).thresholds.map(({ level, implicit }) => [level, implicit]);
    const groups = 'groups: { a: { publish: { topic: a }, subscribe: { topic: a } } }\n';
    assert.deepEqual(thresholds(groups), [['fail', true]]);
    assert.deepEqual(
      thresholds(`${groups}thresholds: { delivery_violations: { expect: "count == 0", level: warn } }`),
      [['warn', false]],
    );
    assert.deepEqual(thresholds('groups: { a: { publish: { topic: a } } }'), []);
    // Of a part of the run says nothing about the rest.
    assert.deepEqual(thresholds(`${groups}thresholds: { "delivery_violations{group=a}": "count < 9" }`), [
      ['fail', false],
      ['fail', true],
    ]);
  });

  it('carries thresholds with their part of the run, and how they are judged while it goes on', () => {
    const { thresholds } = planOf(`groups: { a: { publish: { topic: a }, subscribe: { topic: a } } }
thresholds:
  delivery_time{group=a,broker=embedded}: { expect: "p(99) < 5ms", window: 10s, after: 2s, abortOnFail: true }
  disconnects: "count == 0"
`);
    const [disconnects, delivery] = thresholds;
    assert.deepEqual(Object.keys(disconnects ?? {}), ['expression', 'level', 'implicit']);
    const { expression, windowMs, afterMs, abortOnFail } = delivery ?? assert.fail();
    assert.deepEqual([expression.where, expression.limit], [{ group: 'a', broker: 'embedded' }, 5000]);
    assert.deepEqual([windowMs, afterMs, abortOnFail], [10_000, 2000, true]);
  });

  it('has coarser histograms above 64 cells', () => {
    const many = Array.from({ length: 33 }, (_, i) => `g${i}: { publish: { topic: a } }`).join(', ');
    assert.equal(planOf('groups: { a: {} }').subBuckets, 2048);
    assert.equal(planOf(`groups: { ${many} }`).subBuckets, 256);
  });
});

describe('the identity of a client', () => {
  const plan = planOf(`
    brokers: [ { name: x, url: "mqtt://h:1", weight: 2 }, { name: y, url: "mqtt://h:2" } ]
    groups:
      a: { clients: 6, clientId: "{group}/{broker}/{index}" }
      b: { clients: 6 }
      c: { clients: 6, broker: y }`);
  const brokers = (name: string) =>
    Array.from({ length: 6 }, (_, index) => identity(plan, groupOf(plan, name), index).broker);

  it('has a broker by index and weights only, or the one that is named', () => {
    assert.deepEqual(brokers('a'), ['x', 'y', 'x', 'x', 'y', 'x']);
    assert.deepEqual(brokers('b'), brokers('a'));
    assert.deepEqual(new Set(brokers('c')), new Set(['y']));
  });

  it('has an id by the template', () => {
    assert.equal(identity(plan, groupOf(plan, 'a'), 1).clientId, 'a/y/1');
    assert.equal(identity(plan, groupOf(plan, 'b'), 5).clientId, 'b-abc1234-5');
  });

  it('comes with what its jobs share', () => {
    assert.deepEqual(jobContext(plan, groupOf(plan, 'a')), {
      protocol: '3.1.1',
      run: 'abc1234',
      tag: stampTag('abc1234'),
      seed: 7,
    });
  });
});
