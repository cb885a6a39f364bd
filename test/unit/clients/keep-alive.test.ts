import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeepAlive } from '../../../src/clients/keep-alive.ts';

const secondUs = 1e6;

function started(periodS: number): KeepAlive {
  const keepAlive = new KeepAlive();
  keepAlive.start(periodS * secondUs, 0);
  return keepAlive;
}

test('a silent connection pings before its keep-alive is over', () => {
  const keepAlive = started(60);
  assert.equal(keepAlive.check(54 * secondUs), null);
  assert.equal(keepAlive.check(56 * secondUs), 'ping');
});

test('a short keep-alive leaves a quarter of itself', () => {
  const keepAlive = started(1);
  assert.equal(keepAlive.check(0.7 * secondUs), null);
  assert.equal(keepAlive.check(0.8 * secondUs), 'ping');
});

test('whoever sends need not ping', () => {
  const keepAlive = started(60);
  keepAlive.lastSentUs = 50 * secondUs;
  assert.equal(keepAlive.check(100 * secondUs), null);
});

test('a ping without an answer for half a keep-alive, at least a second, means dead', () => {
  for (const [periodS, patienceS] of [
    [60, 30],
    [1, 1],
  ] as const) {
    const keepAlive = started(periodS);
    assert.equal(keepAlive.check(100 * secondUs), 'ping');
    assert.equal(keepAlive.check((100 + patienceS) * secondUs), null);
    assert.equal(keepAlive.check((100.1 + patienceS) * secondUs), 'dead');
  }
});

test('an answered ping is forgotten', () => {
  const keepAlive = started(60);
  assert.equal(keepAlive.check(100 * secondUs), 'ping');
  keepAlive.lastSentUs = 100 * secondUs;
  const heard: number[] = [];
  keepAlive.answered(101 * secondUs, { alive: (atUs) => heard.push(atUs) });
  assert.deepEqual(heard, [101 * secondUs]);
  assert.equal(keepAlive.check(154 * secondUs), null);
  assert.equal(keepAlive.check(156 * secondUs), 'ping');
});

test('without a keep-alive there is neither', () => {
  assert.equal(started(0).check(1e12), null);
});
