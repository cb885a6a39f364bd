import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compile } from '../../../src/plan/compile.ts';
import { describe as describePlan } from '../../../src/plan/describe.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

const load = (observe: string, set: readonly string[] = []) =>
  parseScenario('s.yaml', `brokers: [ { url: "mqtt://h", observe: ${observe} } ]\ngroups: { a: {} }\n`, { set });

const head = (observe: string) => {
  const loaded = load(observe);
  return 'problems' in loaded ? loaded.problems[0]?.split('\n')[0] : assert.fail('it should have problems');
};

describe('observe', () => {
  const planOf = (observe: string, set: readonly string[] = []) => {
    const loaded = load(observe, set);
    if ('problems' in loaded) assert.fail(loaded.problems.join('\n'));
    return compile(loaded.scenario, { runTag: 'abc1234', seed: 1, commandLine: '', client: 'wire' });
  };

  it('is one observer or a list, and becomes data of the plan', () => {
    const process = { observer: 'process', options: { port: 1883 } };
    const sys = { observer: '$SYS', options: '$SYS' };
    assert.deepEqual(planOf('$SYS').brokers[0]?.observe, [sys]);
    assert.deepEqual(planOf('{ port: 1883 }').brokers[0]?.observe, [process]);
    assert.deepEqual(planOf('[ $SYS, { port: 1883 } ]').brokers[0]?.observe, [sys, process]);
    assert.deepEqual(planOf('{ pid: 1 }', ['brokers.0.observe=$SYS']).brokers[0]?.observe, [sys]);
  });

  it('is told by check', () => {
    const machine = {
      cores: 2,
      openFiles: 1,
      openFilesHard: 1,
      filesInUse: 0,
      sourcePorts: 1,
      addresses: [],
      hostName: '',
      availableBytes: 1,
      totalBytes: 1,
    };
    const told = describePlan(planOf('[ $SYS, { pid: 7 } ]'), machine, { count: 1, why: '' }).replaceAll(/\s+/g, ' ');
    assert.match(
      told,
      /h:1883 is observed: \$SYS by a connection of its own: the load waits for its first reading, at most 15s/,
    );
    assert.match(told, /h:1883 is observed: CPU time and memory of process 7/);
  });

  it('says where it is wrong, what it must be, and what it is', () => {
    const rule = 'observe must be $SYS, { pid: ... } or { port: ... }, or a list of them';
    assert.equal(head('SYS'), `s.yaml:1:40: ${rule}, but is "SYS"`);
    assert.equal(head('1883'), `s.yaml:1:40: ${rule}, but is 1883`);
    assert.equal(head('{ pid: 0 }'), 's.yaml:1:47: pid must be a whole number of at least 1, but is 0');
    assert.match(head('{ prot: 1 }') ?? '', /observe must be \{ pid: \.\.\. \} or \{ port: \.\.\. \}, but has prot/);
    assert.match(head('{ pid: 1, port: 1 }') ?? '', /but has pid and port/);
    assert.match(head('[ { pid: 1 }, { port: 1 } ]') ?? '', /observe must have each once: \$SYS, and one process/);
  });
});
