import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hintFor, meantExpression } from '../../../src/scenario/hints.ts';

describe('hints', () => {
  it('mend units that are missing, misspelt or apart', () => {
    const cases = [
      ['a duration', { '3': '3s', '1 s': '1s', '2sec': '2s', '1min': '1m', '5 Minutes': '5m', '1h 30min': '1h30m' }],
      ['a size', { '256': '256B', '256b': '256B', '256 B': '256B', '4k': '4KB', '4 kib': '4KiB', '1mb': '1MB' }],
      ['a rate', { '5': '5/s', '5/sec': '5/s', '5 /s': '5/s', '6 per minute': '6/m', '1/10sec': '1/10s' }],
      ['a share', { '50': '50%', '0.5': '50%', '50 %': '50%' }],
    ] as const;
    for (const [kind, texts] of cases) {
      for (const [text, meant] of Object.entries(texts)) {
        assert.equal(hintFor(`must be ${kind} such as x`, text), `did you mean ${meant}?`, text);
      }
    }
    assert.equal(hintFor('must be a duration such as 30s', 30), 'did you mean 30s?');
  });

  it('know what else is usually written', () => {
    const reconnect = 'must be false or a map such as { after: 1s, upTo: 30s }';
    assert.equal(hintFor(reconnect, 'no'), 'did you mean false?');
    assert.match(hintFor(reconnect, true) ?? '', /^leave it out/);
    assert.equal(
      hintFor('must be clean, or a map with expiry, or one with cleanStart', 'kept'),
      'did you mean { expiry: 1h }?',
    );
    for (const text of ['1_000', '1,000', '1000'])
      assert.equal(hintFor('must be a whole number of at least 1', text), 'did you mean 1000?');
    assert.equal(hintFor('must be a whole number of at least 1', 'many'), undefined);
    assert.equal(hintFor('must be a duration such as 30s', '1:30'), 'did you mean 1m30s?');
    assert.equal(hintFor('must be a duration such as 30s', '1:05:00'), 'did you mean 1h5m0s?');
  });

  it('stay away where nothing sensible was meant', () => {
    for (const wrong of ['', 'soon', '-5s', '5x', '1..2s', '101%', {}, [], true, null]) {
      for (const kind of ['a duration', 'a size', 'a rate', 'a share']) {
        assert.equal(hintFor(`must be ${kind} such as x`, wrong), undefined, String(wrong));
      }
    }
  });

  it('mend expressions, but only to what the metric can be asked', () => {
    assert.equal(meantExpression('delivery_time', 'p99 < 5ms'), 'p(99) < 5ms');
    assert.equal(meantExpression('delivery_time', 'P99.9<5 ms'), 'p(99.9) < 5ms');
    assert.equal(meantExpression('delivery_time', 'mean < 5ms'), 'avg < 5ms');
    assert.equal(meantExpression('delivery_time', 'p(99) < 50'), 'p(99) < 50ms');
    assert.equal(meantExpression('delivery_time', 'max =< 1sec'), 'max <= 1s');
    assert.equal(meantExpression('connects', 'count = 5'), 'count == 5');
    assert.equal(meantExpression('messages_received', 'rate > 5/sec'), 'rate > 5/s');
    assert.equal(meantExpression('connects', 'p99 < 5ms'), undefined);
    assert.equal(meantExpression('connects', 'none'), undefined);
  });
});
