import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Presence } from '../../../src/fleet/presence.ts';
import { type Breaks, sessionIs } from '../../../src/metrics/breaks.ts';
import { Cell } from '../../../src/metrics/recorder.ts';

type Scene = { readonly take: () => Breaks | undefined; readonly cell: Cell; readonly presence: Presence };

function present(sharesId = false): Scene {
  const cell = new Cell({ group: 'g', broker: 'b' }, 2048);
  const presence = new Presence(cell, { number: 7, who: { clientId: 'one' }, sharesId });
  presence.connected(100, 90, sessionIs.unasked);
  presence.ready(110);
  return { cell, presence, take: () => cell.breaks.take() };
}

const nothing = { lost: [], back: [], gone: [], delivered: [], acknowledged: [], givenUp: [] };

describe('the presence of a client', () => {
  test('is nothing to tell of while it is not lost', () => {
    const { take, presence } = present();
    presence.delivered(200);
    presence.acknowledged(210);
    assert.equal(take(), undefined);
  });

  test('tells the loss with the last good message, the way back, and the first messages after it', () => {
    const { take, presence } = present();
    presence.delivered(200);
    presence.acknowledged(190);
    presence.abandoned();
    presence.abandoned();
    presence.lost(300, 'connection_reset');
    presence.connected(400, 90, sessionIs.present);
    presence.ready(410);
    for (const us of [420, 430]) presence.delivered(us);
    for (const us of [425, 435]) presence.acknowledged(us);
    assert.deepEqual(take(), {
      lost: [300, 200],
      back: [410, 400, sessionIs.present],
      gone: [],
      delivered: [420],
      acknowledged: [425],
      givenUp: [300, 2],
    });
    assert.equal(take(), undefined);
  });

  test('a loss before it was back with its subscriptions is part of the first', () => {
    const { take, presence } = present();
    presence.lost(300, 'connection_closed');
    presence.connected(400, 90, sessionIs.unasked);
    presence.lost(450, 'connection_closed');
    presence.connected(500, 90, sessionIs.unasked);
    presence.ready(510);
    assert.deepEqual(take(), { ...nothing, lost: [300, 0], back: [510, 500, sessionIs.unasked] });
  });

  test('who is not coming back is gone, once', () => {
    const { take, presence } = present();
    presence.lost(300, 'connection_closed');
    presence.gone(300);
    presence.gone(310);
    assert.deepEqual(take(), { ...nothing, lost: [300, 0], gone: [300] });
  });

  test('a takeover is no outage', () => {
    const { take, presence } = present();
    presence.lost(300, 'session_taken_over');
    presence.connected(400, 90, sessionIs.unasked);
    presence.ready(410);
    presence.delivered(420);
    assert.equal(take(), undefined);
    assert.equal(presence.lostUs, 300);
  });

  test('with an id that others have too it tells its connections instead', () => {
    const { cell, presence, take } = present(true);
    presence.lost(300, 'connection_closed');
    presence.connected(400, 390, sessionIs.unasked);
    presence.lost(500, 'session_taken_over');
    const mine = { clientId: 'one', client: 7 };
    assert.deepEqual(cell.take().tenures, [
      { ...mine, openedUs: 90, connackUs: 100, endedUs: 0, sudden: false },
      { ...mine, openedUs: 90, connackUs: 100, endedUs: 300, sudden: true },
      { ...mine, openedUs: 390, connackUs: 400, endedUs: 0, sudden: false },
      { ...mine, openedUs: 390, connackUs: 400, endedUs: 500, sudden: false },
    ]);
    assert.equal(take(), undefined);
  });
});
