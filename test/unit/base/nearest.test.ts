import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest } from '../../../src/base/nearest.ts';

describe('the nearest name', () => {
  it('is found for a slip', () => {
    assert.equal(nearest('topics', ['qos', 'topic']), 'topic');
    assert.equal(nearest('keep_alive', ['keepAlive', 'clients']), 'keepAlive');
    assert.equal(nearest('delivery_tme', ['publish_time', 'delivery_time']), 'delivery_time');
  });

  it('is none where nothing is near', () => {
    assert.equal(nearest('banana', ['qos', 'topic']), undefined);
    assert.equal(nearest('x', []), undefined);
  });
});
