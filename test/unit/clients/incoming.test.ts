import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOut } from '../../../src/clients/mqttjs/incoming.ts';

const packet = { topic: 'a/ü', payload: Buffer.from('payload'), qos: 1, dup: true, retain: false } as const;

test('topic, properties and payload are found at their offsets', () => {
  const message = layOut(packet, { a: '1', b: ['2', '3'] }, 42);
  const at = (from: number, to: number): string => message.bytes.toString('utf8', from, to);
  assert.equal(at(message.topicStart, message.topicEnd), 'a/ü');
  assert.equal(at(message.propertiesStart, message.propertiesEnd), 'a\x001\0b\x002\0b\x003\0');
  assert.equal(at(message.payloadStart, message.payloadEnd), 'payload');
  assert.deepEqual([message.qos, message.dup, message.retain, message.receivedUs], [1, true, false, 42]);
});

test('without properties their region is empty, also after a message that had some', () => {
  layOut(packet, { a: '1' }, 0);
  const message = layOut(packet, undefined, 0);
  assert.equal(message.propertiesStart, message.propertiesEnd);
});

test('the buffer grows with the message', () => {
  const payload = Buffer.alloc(300_000, 'x');
  const message = layOut({ ...packet, payload }, undefined, 0);
  assert.ok(message.bytes.subarray(message.payloadStart, message.payloadEnd).equals(payload));
});
