import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import { count, duration, name, oneOrMany, qos, rate, share, size, template } from '../../../src/base/fields.ts';

function message(field: z.ZodType, value: unknown): string | undefined {
  return field.safeParse(value).error?.issues[0]?.message;
}

describe('fields', () => {
  it('turn texts with units into numbers', () => {
    assert.equal(duration().parse('30s'), 30_000);
    assert.equal(duration().parse(0), 0);
    assert.equal(size().parse('1KiB'), 1024);
    assert.equal(rate().parse('1/10s'), 0.1);
    assert.equal(share().parse('50%'), 0.5);
    assert.equal(share().parse(0), 0);
  });

  it('say what they must be, as a clause', () => {
    for (const wrong of ['fast', 5, null, true, {}, '5'])
      assert.match(message(duration(), wrong) ?? '', /^must be a duration such as/);
    assert.match(message(rate(), '5') ?? '', /^must be a rate such as/);
    assert.match(message(share(), '101%') ?? '', /^must be a share such as/);
    assert.equal(message(duration({ min: 1 }), 0), 'must be at least 1ms');
    assert.equal(message(size({ max: 1024 }), '2KiB'), 'must be at most 1KiB');
    assert.equal(message(count({ min: 1, max: 9 }), 10), 'must be a whole number from 1 to 9');
    assert.equal(message(count(), 1.5), 'must be a whole number of at least 0');
    assert.equal(message(qos(), 3), 'must be 0, 1 or 2');
    assert.match(message(name(), 'total') ?? '', /reserved/);
    assert.match(message(name(), 'a b') ?? '', /^must be a name/);
    assert.match(message(template('topic'), 'a/{foo}') ?? '', /\{foo\} does not/);
  });

  it('read one entry as a list of one', () => {
    const field = oneOrMany(qos(), 'must be a QoS or a list of them');
    assert.deepEqual(field.parse(1), [1]);
    assert.deepEqual(field.parse([1, 2]), [1, 2]);
  });
});
