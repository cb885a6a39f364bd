import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Stamp } from '../../../src/workloads/stamp.ts';
import {
  decodeLag,
  encodeLag,
  findStamp,
  readStamp,
  stampBytes,
  stampDigits,
  stampText,
  writeStamp,
} from '../../../src/workloads/stamp.ts';
import type { Random } from '../../support/seeded.ts';
import { randomFor } from '../../support/seeded.ts';

const tag = 0xbeef;
const nowUs = 3e12;

function none(): Stamp {
  return { stream: -1, sequence: -1, dueUs: -1, lagUs: -1 };
}

function read(bytes: Uint8Array, at: number, now: number): Stamp {
  const stamp = none();
  assert.ok(readStamp(bytes, at, tag, now, stamp));
  return stamp;
}

function anyStamp(random: Random): Stamp {
  return {
    stream: random(2 ** 24),
    sequence: random(2) === 0 ? random(2 ** 32) : random(100),
    dueUs: nowUs - random(4e9),
    lagUs: random(2048),
  };
}

describe('a stamp', () => {
  test('is read as it was written, wherever it stands', (t) => {
    const random = randomFor(t);
    const bytes = new Uint8Array(64);
    for (let i = 0; i < 5000; i++) {
      const stamp = anyStamp(random);
      const at = random(64 - stampBytes + 1);
      writeStamp(bytes, at, tag, stamp.lagUs, stamp.stream, stamp.sequence, stamp.dueUs);
      assert.deepEqual(read(bytes, at, nowUs), stamp);
    }
  });

  test('has the layout that is documented', () => {
    assert.equal(
      stampText(0x1234, 0x0567, 0x89abcd, 0xef012345, 0x6789abcd + 5 * 2 ** 32),
      'b1' + '1234' + '0567' + '89abcd' + 'ef012345' + '6789abcd',
    );
  });

  test('does not touch the bytes around it', () => {
    const bytes = new Uint8Array(20).fill(0xaa);
    writeStamp(bytes, 2, tag, 1, 2, 3, 4);
    assert.deepEqual([bytes[0], bytes[1], bytes[18], bytes[19]], [0xaa, 0xaa, 0xaa, 0xaa]);
  });

  test('keeps its due time for 70 minutes, and for a minute ahead of a slower clock', () => {
    const bytes = new Uint8Array(stampBytes);
    for (const dueUs of [0, 1, 2 ** 32 - 1, 2 ** 32, 3e12, 2 ** 41 + 17]) {
      writeStamp(bytes, 0, tag, 0, 0, 0, dueUs);
      for (const laterUs of [-60e6, -1, 0, 1, 1e6, 60e6, 600e6, 70 * 60e6]) {
        assert.equal(read(bytes, 0, dueUs + laterUs).dueUs, dueUs, `${dueUs} read ${laterUs} us later`);
      }
    }
  });

  test('is refused with another magic number or tag', () => {
    const bytes = new Uint8Array(stampBytes);
    writeStamp(bytes, 0, tag, 1, 2, 3, 4);
    assert.equal(readStamp(bytes, 0, tag + 1, nowUs, none()), false);
    assert.equal(readStamp(bytes, 0, tag ^ 0x0100, nowUs, none()), false);
    bytes[0] = 0xb2;
    assert.equal(readStamp(bytes, 0, tag, nowUs, none()), false);
  });
});

describe('the lag of a stamp', () => {
  test('is exact below 2,048 us', () => {
    for (let us = 0; us < 2048; us++) assert.equal(decodeLag(encodeLag(us)), us);
    assert.equal(encodeLag(-5), 0);
  });

  test('is at most 0.05 % wrong up to a month', (t) => {
    const random = randomFor(t);
    const check = (us: number): void => {
      const code = encodeLag(us);
      assert.ok(Number.isInteger(code) && code >= 0 && code <= 0xffff);
      assert.ok(Math.abs(decodeLag(code) - us) <= us * 0.0005, `${us} is ${decodeLag(code)}`);
    };
    for (let bit = 11; bit <= 41; bit++) for (const us of [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]) check(us);
    for (let i = 0; i < 20_000; i++) check(2 ** (11 + random(30)) + random(2 ** (11 + random(30))));
  });

  test('never falls where the time grows', () => {
    let before = 0;
    for (let us = 2000; us < 1e10; us = Math.ceil(us * 1.0001)) {
      const code = encodeLag(us);
      assert.ok(code >= before);
      before = code;
    }
  });

  test('beyond all measure is as long as can be told', () => {
    assert.equal(encodeLag(2 ** 50), 0xffff);
  });
});

/** A message as clients hand it over: something before it, properties, payload, something behind it. */
function message(properties: string | Buffer, payload: string | Buffer) {
  const parts = [Buffer.from('before'), Buffer.from(properties), Buffer.from(payload), Buffer.from('behind')];
  const propertiesStart = 6;
  const payloadStart = propertiesStart + (parts[1] as Buffer).length;
  return {
    bytes: Buffer.concat(parts),
    propertiesStart,
    payloadStart,
    payloadEnd: payloadStart + (parts[2] as Buffer).length,
  };
}

function find({ bytes, propertiesStart, payloadStart, payloadEnd }: ReturnType<typeof message>): Stamp | undefined {
  const stamp = none();
  return findStamp(bytes, propertiesStart, payloadStart, payloadEnd, tag, nowUs, stamp) ? stamp : undefined;
}

describe('a stamp is found', () => {
  const stamp = { stream: 70_000, sequence: 9, dueUs: nowUs - 5e6, lagUs: 3 };
  const text = stampText(tag, stamp.lagUs, stamp.stream, stamp.sequence, stamp.dueUs);
  const raw = Buffer.from(text, 'hex');

  test('at the start of a payload', () => {
    assert.deepEqual(find(message('', raw)), stamp);
    assert.deepEqual(find(message('', Buffer.concat([raw, Buffer.alloc(240, 7)]))), stamp);
  });

  test('as digits anywhere in a text payload', () => {
    assert.deepEqual(find(message('', text)), stamp);
    assert.deepEqual(find(message('', `{"at":"${text}","value":1}`)), stamp);
    assert.deepEqual(find(message('', `value=1;${text}`)), stamp);
  });

  test('as digits in an MQTT 5 user property', () => {
    assert.deepEqual(find(message(Buffer.from(`\x26\0\x05stamp\0\x20${text}`, 'latin1'), 'short')), stamp);
  });

  test('also where its first digits occur before it by chance', () => {
    assert.deepEqual(find(message('', `${text.slice(0, 6)} is the beginning of ${text}`)), stamp);
  });

  test('not in a payload that is too short, nor behind or before the message', () => {
    assert.equal(find(message('', raw.subarray(0, 15))), undefined);
    assert.equal(find(message('', text.slice(0, stampDigits - 1))), undefined);
    assert.equal(find(message('', '')), undefined);
    const hidden = { ...message('', ''), bytes: Buffer.from(`${text}x${text}`) };
    assert.equal(find({ ...hidden, propertiesStart: 1, payloadStart: 1, payloadEnd: 40 }), undefined);
  });

  test('not in text that begins like one but is none', () => {
    assert.equal(find(message('', `${text.slice(0, 20)}${'x'.repeat(40)}`)), undefined);
  });

  test('not in messages of somebody else, and random bytes do no harm', (t) => {
    const random = randomFor(t);
    let found = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = Buffer.from(Array.from({ length: random(60) }, () => random(256)));
      // Half of them begin as a stamp would, with the wrong tag.
      if (random(2) === 0 && bytes.length > 2) bytes.set([0xb1, 0xbe, 0xee]);
      if (find(message('', bytes)) !== undefined) found++;
      if (find(message(bytes, 'x')) !== undefined) found++;
    }
    assert.equal(found, 0);
  });
});
