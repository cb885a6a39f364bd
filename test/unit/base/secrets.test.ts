import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskSecrets } from '../../../src/base/secrets.ts';

describe('secrets', () => {
  it('are masked in urls, also where they hold an @', () => {
    assert.equal(maskSecrets('at mqtt://me:pa@ss@host:1883 now'), 'at mqtt://me:****@host:1883 now');
    assert.equal(maskSecrets('mqtt://host:1883'), 'mqtt://host:1883');
  });

  it('are masked after the key password', () => {
    assert.equal(maskSecrets('{ password: "x, y", weight: 1 }'), '{ password: ****, weight: 1 }');
    assert.equal(maskSecrets('  password: hunter2 # mine'), '  password: **** # mine');
    assert.equal(maskSecrets('--set brokers.0.password=hunter2'), '--set brokers.0.password=****');
  });

  it('stay where they are only the name of a variable, but defaults are masked', () => {
    assert.equal(maskSecrets('password: ${PASSWORD}'), 'password: ${PASSWORD}');
    assert.equal(maskSecrets('password: ${PASSWORD:-abc}'), 'password: ****');
  });
});
