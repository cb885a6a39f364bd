import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hash32, hashText, makeRunTag, randomBytes, stampTag } from '../../../src/base/random.ts';

describe('randomness', () => {
  it('depends on every number and on their order', () => {
    const values = [hash32(1, 2), hash32(2, 1), hash32(1), hash32(1, 2, 0), hash32(1, 2 + 2 ** 32)];
    assert.equal(new Set(values).size, values.length);
    assert.equal(hash32(1, 2), values[0]);
  });

  it('spreads evenly over small ranges', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const slot = hash32(42, i) % 10;
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 150, String(counts));
  });

  it('gives the same bytes for the same seed, of any length', () => {
    assert.deepEqual(randomBytes(7, 1), randomBytes(7, 1));
    assert.notDeepEqual(randomBytes(7, 1), randomBytes(7, 2));
    assert.deepEqual(randomBytes(3, 1), randomBytes(7, 1).slice(0, 3));
  });

  it('makes run tags of 7 base-36 characters that differ within a second', () => {
    const tags = new Set(Array.from({ length: 50 }, () => makeRunTag(1_700_000_000_000)));
    assert.ok(tags.size > 40);
    for (const tag of tags) assert.match(tag, /^[0-9a-z]{7}$/);
  });

  it('makes a stamp tag of 16 bits', () => {
    const tag = stampTag('abc1234');
    assert.ok(Number.isInteger(tag) && tag >= 0 && tag < 65_536);
    assert.notEqual(tag, stampTag('abc1235'));
    assert.notEqual(hashText('a'), hashText('b'));
  });
});
