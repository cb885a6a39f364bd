import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asSent, keptAtEnd } from '../../../src/plan/kept.ts';

const clientId = '{group}-{run}-{index}';
const hour = 3_600_000;

describe('what CONNECT says of a session', () => {
  test('is CleanSession or Clean Start where it is clean, on every version', () => {
    for (const protocol of ['3.1', '3.1.1', '5'] as const) {
      const group = { session: 'clean', protocol, clientId } as const;
      assert.deepEqual([asSent(group), keptAtEnd(group)], [{ cleanStart: true, resumes: false }, false]);
    }
  });

  test('is its expiry on MQTT 5, and Clean Start where the id may have been used before', () => {
    const session = { expiry: hour, leave: false };
    const sent = { resumes: true, sessionExpiryS: 3600 };
    assert.deepEqual(asSent({ session, protocol: '5', clientId }), { cleanStart: false, ...sent });
    assert.deepEqual(asSent({ session, protocol: '5', clientId: 'fixed-{index}' }), { cleanStart: true, ...sent });
    assert.deepEqual(asSent({ session, protocol: '3.1.1', clientId }), { cleanStart: false, resumes: true });
  });

  test('is Clean Start where the broker assigns the id, so that there is none yet', () => {
    const session = { expiry: hour, leave: false };
    assert.equal(asSent({ session, protocol: '5', clientId: '' }).cleanStart, true);
  });

  test('is exactly what was asked for', () => {
    const session = { cleanStart: true, sessionExpiry: hour, leave: false };
    const sent = { cleanStart: true, resumes: false, sessionExpiryS: 3600 };
    assert.deepEqual(asSent({ session, protocol: '5', clientId }), sent);
    assert.deepEqual(asSent({ session: { cleanStart: false, leave: false }, protocol: '3.1.1', clientId }), {
      cleanStart: false,
      resumes: true,
    });
  });
});

test('sessions stay beyond a connection where they have an expiry, or no CleanSession', () => {
  const kept = (session: Parameters<typeof keptAtEnd>[0]['session'], protocol: '3.1.1' | '5') =>
    keptAtEnd({ session, protocol, clientId });
  assert.equal(kept({ expiry: hour, leave: false }, '5'), 'remove');
  assert.equal(kept({ expiry: hour, leave: true }, '3.1.1'), 'leave');
  assert.equal(kept({ cleanStart: true, sessionExpiry: hour, leave: false }, '5'), 'remove');
  assert.equal(kept({ cleanStart: false, leave: false }, '5'), false);
  assert.equal(kept({ cleanStart: true, leave: false }, '3.1.1'), false);
});
