import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseThreads } from '../../../src/plan/threads.ts';
import { planOf } from '../../support/run-scenario.ts';

const remote = 'brokers: [ mqtt://broker.example ]\n';
const local = 'brokers: [ mqtt://127.0.0.1 ]\n';
const publishing = (clients: number, keys: string) =>
  `groups:\n  a: { clients: ${clients}, publish: { topic: "t/{index}", ${keys} } }\n`;
const own = { addresses: ['192.0.2.1', '2001:db8::1'], hostName: 'Bench' };
const chosen = (text: string, cores: number) => chooseThreads(planOf(text), { ...own, cores });

describe('the number of load threads', () => {
  test('follows the load, however many cores there are', () => {
    assert.deepEqual(chosen(remote + publishing(100, 'rate: 10/s'), 64), {
      count: 1,
      why: 'the load is about 2 % of a core',
    });
    assert.equal(chosen(remote + publishing(1000, 'rate: 100/s'), 64).count, 3);
    assert.equal(chosen(remote + publishing(1000, 'rate: 100/s, qos: 1'), 64).count, 6);
  });

  test('is bounded by the cores, of which a broker on this machine has one', () => {
    const load = publishing(1000, 'rate: 1000/s');
    assert.equal(chosen(remote + load, 4).count, 4);
    assert.equal(chosen(local + load, 4).count, 3);
    assert.match(
      chosen(local + load, 2).why,
      /^the load is about 1,500 % of a core, and there are 2 cores, one of them the broker’s$/,
    );
    assert.equal(chosen(local + load, 1).count, 1);
  });

  test('leaves a core to a broker on this machine however that is called', () => {
    const keeps = (host: string) =>
      /the broker’s$/.test(chosen(`brokers: [ "mqtt://${host}" ]\n${publishing(9, 'rate: max')}`, 2).why);
    for (const host of [
      'LOCALHOST',
      'bench',
      '192.0.2.1:1884',
      '127.1.2.3',
      '[::1]',
      '[2001:db8::1]',
      '[::ffff:127.0.0.1]',
    ])
      assert.ok(keeps(host), host);
    for (const host of ['192.0.2.2', 'bench.example', 'localhost.example', '[2001:db8::2]', '127.example.com'])
      assert.ok(!keeps(host), host);
  });

  test('follows the highest of stages, not their average', () => {
    const burst = (at: string) => publishing(100, `stages: [ { for: 55s, at: 10/s }, { for: 5s, at: ${at} } ]`);
    assert.deepEqual(chosen(remote + burst('1000/s'), 64), {
      count: 3,
      why: 'the load is about 150 % of a core at its highest',
    });
    assert.equal(chosen(remote + burst('10/s'), 64).why, 'the load is about 2 % of a core');
    const other = '  b: { publish: { topic: b, stages: [ { for: 5s, at: 100000/s }, { for: 55s, at: 0/s } ] } }\n';
    assert.equal(chosen(remote + burst('1000/s') + other, 64).count, 4);
  });

  test('is all there is in a closed loop, but never more than clients', () => {
    assert.equal(chosen(remote + publishing(100, 'rate: max'), 8).count, 8);
    assert.equal(chosen(remote + publishing(3, 'rate: max'), 8).count, 3);
  });

  test('follows the clients too, idle as they may be', () => {
    assert.equal(chosen(`${remote}groups: { idle: { clients: 60000 } }`, 8).count, 3);
  });
});
