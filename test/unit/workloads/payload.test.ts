import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outgoing } from '../../../src/clients/client.ts';
import type { Protocol } from '../../../src/mqtt/packets.ts';
import type { PayloadOptions } from '../../../src/workloads/payload.ts';
import {
  describePayload,
  payloadField,
  payloadTemplate,
  preparePayload,
  stampPlace,
} from '../../../src/workloads/payload.ts';
import { stampText } from '../../../src/workloads/stamp.ts';

const who = { group: 'g', index: 3, clientId: 'g-run-3', broker: 'b', run: 'run', seed: 7 };
const tag = 0x1234;

function filler(options: PayloadOptions, protocol: Protocol = '3.1.1') {
  const fill = preparePayload(options, { protocol, run: 'run', tag, seed: 7 })(who, 5);
  const message: Outgoing = {
    topicName: 't',
    payload: new Uint8Array(0),
    qos: 0,
    retain: false,
    stream: 5,
    sequence: 0,
    memo: 'memo',
  };
  return {
    message,
    next(sequence: number, dueUs = 1000, lagUs = 0): string {
      fill(message, sequence, dueUs, lagUs);
      return Buffer.from(message.payload).toString('latin1');
    },
  };
}

describe('a payload of a size', () => {
  test('has that size, and begins with the stamp', () => {
    const { next } = filler(256);
    const payload = next(9, 5000, 17);
    assert.equal(payload.length, 256);
    assert.equal(Buffer.from(payload, 'latin1').subarray(0, 16).toString('hex'), stampText(tag, 17, 5, 9, 5000));
  });

  test('holds the same bytes behind the stamp in every message, for the same seed', () => {
    const one = filler(100).next(1).slice(16);
    assert.equal(filler(100).next(2).slice(16), one);
    assert.ok(new Set(one).size > 20);
  });

  test('below 16 bytes has no stamp', () => {
    assert.deepEqual(
      [0, 15, 16].map((size) => stampPlace(size, '5')),
      ['none', 'none', 'payload'],
    );
    assert.equal(filler(15).next(1), filler(15).next(2));
    assert.equal(filler(0).next(1), '');
  });

  test('keeps what the client has prepared', () => {
    const { next, message } = filler(64);
    next(1);
    assert.equal(message.memo, 'memo');
  });
});

describe('a payload of text', () => {
  test('is rendered for each message', () => {
    const { next } = filler({ text: '{clientId}:{seq}' });
    assert.deepEqual([next(1), next(2)], ['g-run-3:1', 'g-run-3:2']);
  });

  test('carries the stamp where {stamp} stands', () => {
    assert.equal(filler({ text: 'at {stamp}.' }, '5').next(1, 9), `at ${stampText(tag, 0, 5, 1, 9)}.`);
  });

  test('without {stamp} is stamped by a user property on MQTT 5, and not at all before', () => {
    assert.equal(stampPlace({ text: 'x' }, '5'), 'property');
    assert.equal(stampPlace({ text: 'x' }, '3.1.1'), 'none');
    const five = filler({ text: 'x' }, '5');
    five.next(4, 1000, 2);
    assert.deepEqual(five.message.userProperty, ['stamp', stampText(tag, 2, 5, 4, 1000)]);
    assert.equal(five.message.memo, null);
    const three = filler({ text: 'x' });
    three.next(4);
    assert.equal(three.message.userProperty, undefined);
  });

  test('makes the client prepare anew where its size changes, and only there', () => {
    const { next, message } = filler({ text: '{seq}' });
    next(1);
    message.memo = 'memo';
    next(2);
    assert.equal(message.memo, 'memo');
    next(10);
    assert.equal(message.memo, null);
  });
});

describe('a payload of JSON', () => {
  const json = { a: '{index}', b: [1, true, null, 'x "y" {seq}'], '{c}': { d: {} } };

  test('is the value, with fields in its strings', () => {
    assert.deepEqual(JSON.parse(filler({ json }).next(8)), { a: '3', b: [1, true, null, 'x "y" 8'], '{c}': { d: {} } });
  });

  test('may hold the stamp', () => {
    assert.equal(stampPlace({ json: { at: ['{stamp}'] } }, '3.1.1'), 'payload');
    assert.deepEqual(JSON.parse(filler({ json: { at: '{stamp}' } }).next(1, 2)), { at: stampText(tag, 0, 5, 1, 2) });
  });

  test('with an unknown field is a problem', () => {
    const template = payloadTemplate({ json: { a: '{nothing}' } });
    assert.ok(template !== undefined && 'problem' in template);
  });
});

test('payloads are sizes with a unit, text, or JSON', () => {
  const parse = (value: unknown) => payloadField.safeParse(value);
  assert.equal(parse('1KiB').data, 1024);
  assert.equal(parse({ text: 'x' }).success, true);
  assert.equal(parse({ json: [1] }).success, true);
  for (const wrong of ['1 kilobyte', -1, { text: 'x', json: 1 }, { file: 'x' }, '300MiB'])
    assert.equal(parse(wrong).success, false);
});

test('payloads are told in words', () => {
  assert.deepEqual(
    [256, { text: 'x' }, { json: 1 }].map((options) => describePayload(options)),
    ['256B payload', 'text payload', 'JSON payload'],
  );
});
