import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { savedResult } from '../../../src/verdict/saved-result.ts';
import { judged, ordinaryRun, plan, snapshot } from '../../support/hand-made.ts';

// Compiled tests lie in dist/test/unit/verdict.
const first = fileURLToPath(new URL('../../../../test/support/results/first.json', import.meta.url));
const parsed = (result: unknown) => JSON.parse(JSON.stringify(result));
const whole = () => parsed(judged(plan(), ordinaryRun([{ counts: { messages_sent: 10 } }])));

describe('a saved result', () => {
  it('is read as it was written, however the run ended', () => {
    for (const snapshots of [ordinaryRun(), [snapshot('connecting', 99), snapshot('ended', 130)], []]) {
      const result = parsed(judged(plan(), snapshots));
      assert.deepEqual(savedResult('r.json', parsed(result)), result);
    }
  });

  it('keeps keys that this version does not know', () => {
    const result = { ...whole(), weather: 'fine' };
    assert.deepEqual(savedResult('r.json', parsed(result)), result);
  });

  it('of the first version is read, and what that did not count is told', () => {
    const result = savedResult('first.json', JSON.parse(readFileSync(first, 'utf8')));
    assert.equal(result.totals.messages_sent.count, 200);
    assert.deepEqual(result.totals.sessions_gone, { count: 0, inWindow: 0, rate: 0 });
    assert.deepEqual(result.outages, []);
    assert.match(
      result.warnings.at(-1) ?? '',
      /^mqtt-stress 0\.1\.0.* did not count .*sessions_gone.*: 0 there means unknown$/,
    );
  });

  it('is refused where a part is not what a result has, and the part is named', () => {
    const totals = { ...whole().totals, messages_sent: { count: null } };
    const wrong: readonly [object, string][] = [
      [{ totals: undefined }, 'totals'],
      [{ verdict: 'splendid' }, 'verdict'],
      [{ exitCode: 7 }, 'exitCode'],
      [{ series: [{ t: 0 }] }, 'series.0.counts'],
      [{ totals }, 'totals.messages_sent.count'],
    ];
    for (const [changes, place] of wrong) {
      assert.throws(
        () => savedResult('r.json', { ...whole(), ...changes }),
        ({ message }: Error) => message === `r.json is no whole result: its ${place} is not what a result has`,
      );
    }
  });

  it('is refused where a histogram cannot be read', () => {
    const timed = parsed(judged(plan(), ordinaryRun([{ times: { delivery_time: [7000] } }])));
    assert.deepEqual(savedResult('r.json', parsed(timed)), timed);
    for (const hdr of ['AAAA', '', timed.totals.delivery_time.hdr.slice(0, -8)]) {
      for (const [part, place] of [
        [timed.totals, 'totals'],
        [timed.groups.g, 'groups.g'],
      ] as const) {
        const whole = part.delivery_time.hdr;
        part.delivery_time.hdr = hdr;
        assert.throws(
          () => savedResult('r.json', timed),
          ({ message }: Error) =>
            message === `r.json is no whole result: its ${place}.delivery_time.hdr is not what a result has`,
          `${place}: ${hdr}`,
        );
        part.delivery_time.hdr = whole;
      }
    }
  });

  it('of another major version is refused', () => {
    assert.throws(() => savedResult('r.json', { ...whole(), schema: 'mqtt-stress/result/2' }), /another major version/);
    assert.throws(() => savedResult('r.json', { hello: 1 }), /r\.json is no result of mqtt-stress/);
  });
});
