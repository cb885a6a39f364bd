import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoggedSecond, SecondsLog } from '../../../src/verdict/seconds-log.ts';

const second = (n: number): LoggedSecond => ({
  second: 1_000_000 + n,
  phase: n % 2 === 0 ? 'measuring' : 'draining',
  whole: {
    counts: { messages_sent: n, connects: 0 },
    gauges: { in_flight: 3 },
    times: { publish_time: { count: n, p50: 0.5, p99: 1.25, max: n / 7 } },
  },
  groups:
    n % 3 === 0
      ? []
      : [
          { counts: {}, gauges: {}, times: {} },
          { counts: { messages_received: 2 ** 40 }, gauges: {}, times: {} },
        ],
});

test('the seconds of a run are read as they were added', () => {
  const log = new SecondsLog();
  assert.equal(log.first, undefined);
  assert.deepEqual(log.read(), []);
  const seconds = Array.from({ length: 2000 }, (_, n) => second(n));
  for (const one of seconds) log.add(one);
  assert.equal(log.first, 1_000_000);
  assert.deepEqual(log.read(), seconds);
});
