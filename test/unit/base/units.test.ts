import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatCount,
  formatDuration,
  formatRate,
  formatShare,
  formatSize,
  parseDuration,
  parseRate,
  parseShare,
  parseSize,
} from '../../../src/base/units.ts';

describe('units', () => {
  it('reads durations as milliseconds', () => {
    const cases = {
      '250us': 0.25,
      '10ms': 10,
      '30s': 30_000,
      '1.5m': 90_000,
      '2h': 7_200_000,
      '1d': 86_400_000,
      '0': 0,
      '1m30s': 90_000,
    };
    for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
    for (const text of ['', '5', '5 s', '-1s', 's', '1e3s', '10 ms', '1s '])
      assert.equal(parseDuration(text), undefined, text);
  });

  it('reads sizes as bytes: KiB is 1,024, KB is 1,000', () => {
    const cases = { '256B': 256, '1KiB': 1024, '1KB': 1000, '2MiB': 2_097_152, '1.5KiB': 1536, '1.1KB': 1100, '0': 0 };
    for (const [text, bytes] of Object.entries(cases)) assert.equal(parseSize(text), bytes, text);
    for (const text of ['', '256', '1kb', '0.5B', '-1B', '1 KB']) assert.equal(parseSize(text), undefined, text);
  });

  it('reads rates as operations per second', () => {
    const cases = { '100/s': 100, '1/10s': 0.1, '6/m': 0.1, '0': 0, '0.5/s': 0.5, '2/100ms': 20 };
    for (const [text, rate] of Object.entries(cases)) assert.equal(parseRate(text), rate, text);
    for (const text of ['', '100', '/s', '1/0s', '1/', '1 /s', '-1/s']) assert.equal(parseRate(text), undefined, text);
  });

  it('reads shares as 0 to 1', () => {
    assert.equal(parseShare('50%'), 0.5);
    assert.equal(parseShare('100%'), 1);
    assert.equal(parseShare('0'), 0);
    for (const text of ['50', '101%', '-1%', '']) assert.equal(parseShare(text), undefined, text);
  });

  it('writes durations in the notation that it reads', () => {
    for (const text of ['0s', '250us', '1.5ms', '250ms', '30s', '1m30s', '2h', '1d1h1m1s']) {
      assert.equal(formatDuration(parseDuration(text) as number), text);
    }
  });

  it('writes sizes, counts and rates for people', () => {
    assert.equal(formatSize(256), '256B');
    assert.equal(formatSize(1536), '1.5KiB');
    assert.equal(formatCount(1_234_567), '1,234,567');
    assert.equal(formatRate(10_000), '10,000/s');
    assert.equal(formatRate(0.1), '1/10s');
    assert.equal(formatRate(0), '0/s');
    assert.deepEqual([0, 0.000001234, 0.07 / 100, 0.5, 1].map(formatShare), [
      '0%',
      '0.000123%',
      '0.07%',
      '50%',
      '100%',
    ]);
  });
});
