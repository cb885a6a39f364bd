import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Presence } from '../../../src/fleet/presence.ts';
import { BreakLog, sessionIs } from '../../../src/metrics/breaks.ts';

function present(): { log: BreakLog; presence: Presence } {
  const log = new BreakLog();
  const presence = new Presence(log);
  presence.connected(100, sessionIs.unasked);
  presence.ready(110);
  return { log, presence };
}

const nothing = { lost: [], back: [], gone: [], delivered: [], acknowledged: [], givenUp: [] };

describe('the presence of a client', () => {
  test('is nothing to tell of while it is not lost', () => {
    const { log, presence } = present();
    presence.delivered(200);
    presence.acknowledged(210);
    assert.equal(log.take(), undefined);
  });

  test('tells the loss with the last good message, the way back, and the first messages after it', () => {
    const { log, presence } = present();
    presence.delivered(200);
    presence.acknowledged(190);
    presence.abandoned();
    presence.abandoned();
    presence.lost(300, 'connection_reset');
    presence.connected(400, sessionIs.present);
    presence.ready(410);
    for (const us of [420, 430]) presence.delivered(us);
    for (const us of [425, 435]) presence.acknowledged(us);
    assert.deepEqual(log.take(), {
      lost: [300, 200],
      back: [410, 400, sessionIs.present],
      gone: [],
      delivered: [420],
      acknowledged: [425],
      givenUp: [300, 2],
    });
    assert.equal(log.take(), undefined);
  });

  test('a loss before it was back with its subscriptions is part of the first', () => {
    const { log, presence } = present();
    presence.lost(300, 'connection_closed');
    presence.connected(400, sessionIs.unasked);
    presence.lost(450, 'connection_closed');
    presence.connected(500, sessionIs.unasked);
    presence.ready(510);
    assert.deepEqual(log.take(), { ...nothing, lost: [300, 0], back: [510, 500, sessionIs.unasked] });
  });

  test('who is not coming back is gone, once', () => {
    const { log, presence } = present();
    presence.lost(300, 'connection_closed');
    presence.gone(300);
    presence.gone(310);
    assert.deepEqual(log.take(), { ...nothing, lost: [300, 0], gone: [300] });
  });

  test('a takeover is no outage', () => {
    const { log, presence } = present();
    presence.lost(300, 'session_taken_over');
    presence.connected(400, sessionIs.unasked);
    presence.ready(410);
    presence.delivered(420);
    assert.equal(log.take(), undefined);
    assert.equal(presence.lostUs, 300);
  });
});
