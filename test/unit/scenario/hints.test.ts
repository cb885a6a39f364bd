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
