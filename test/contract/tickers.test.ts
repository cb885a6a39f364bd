import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Metronome, startMetronome } from '../../src/backends/metronome.ts';
import { nowUs } from '../../src/base/clock.ts';
import type { OpenTicker, Ticker } from '../../src/fleet/ticker.ts';
import { metronomeTicker, type Place } from '../../src/fleet/tickers/metronome.ts';
import { plainTicker } from '../../src/fleet/tickers/plain.ts';
import { within } from '../support/wait-for.ts';

/** Its rings as they come. */
class Rings {
  readonly ticker: Ticker;
  readonly atUs: number[] = [];
  #wake = (): void => {};

  constructor(open: OpenTicker) {
    this.ticker = open(() => {
      this.atUs.push(nowUs());
      this.#wake();
    });
  }

  until(count: number): Promise<void> {
    const rung = new Promise<void>((resolve) => {
      this.#wake = () => {
        if (this.atUs.length >= count) resolve();
      };
      this.#wake();
    });
    return within(rung, `ring ${count}`);
  }
}

const members = ['plain', 'metronome'] as const;
const places = 8;

for (const name of members) {
  describe(`the ticker ${name}`, () => {
    let metronome: Metronome | undefined;
    let taken = 0;
    before(() => {
      if (name === 'metronome') metronome = startMetronome(places);
    });
    after(() => metronome?.stop());
    const opened = (): Rings =>
      new Rings(name === 'plain' ? plainTicker : metronomeTicker(metronome?.places[taken++] as Place));

    test('rings once, at or after the time asked for', async (t) => {
      const rings = opened();
      t.after(() => rings.ticker.stop());
      const atUs = nowUs() + 20_000;
      assert.ok(rings.ticker.wake(atUs) >= atUs);
      await rings.until(1);
      assert.ok((rings.atUs[0] ?? 0) >= atUs, `${atUs - (rings.atUs[0] ?? 0)} us early`);
      // Long enough for a second ring to come, if there were one.
      const other = opened();
      t.after(() => other.ticker.stop());
      other.ticker.wake(nowUs() + 20_000);
      await other.until(1);
      assert.equal(rings.atUs.length, 1);
    });

    test('forgets a time for another one, earlier or later', async (t) => {
      const rings = opened();
      t.after(() => rings.ticker.stop());
      const began = nowUs();
      rings.ticker.wake(began + 60e6);
      rings.ticker.wake(began + 5000);
      await rings.until(1);
      rings.ticker.wake(nowUs() + 2000);
      const later = nowUs() + 30_000;
      rings.ticker.wake(later);
      await rings.until(2);
      assert.ok((rings.atUs[1] ?? 0) >= later);
    });

    test('rings for a time that has passed in a turn of the event loop, not at once', async (t) => {
      const rings = opened();
      t.after(() => rings.ticker.stop());
      rings.ticker.wake(0);
      assert.equal(rings.atUs.length, 0);
      await rings.until(1);
    });

    test('rings again and again when it is asked from within a ring', async (t) => {
      const times: number[] = [];
      let ticker: Ticker | undefined;
      const done = new Promise<void>((resolve) => {
        const tick = (): void => {
          times.push(nowUs());
          if (times.length === 50) resolve();
          else ticker?.wake(nowUs() + 2000);
        };
        ticker = name === 'plain' ? plainTicker(tick) : metronomeTicker(metronome?.places[taken++] as Place)(tick);
      });
      t.after(() => ticker?.stop());
      ticker?.wake(0);
      await within(done, '50 rings');
      for (let i = 1; i < times.length; i++) assert.ok((times[i] ?? 0) - (times[i - 1] ?? 0) >= 2000);
    });

    test('is silent once it is stopped', async (t) => {
      const rings = opened();
      rings.ticker.wake(nowUs() + 2000);
      rings.ticker.stop();
      const other = opened();
      t.after(() => other.ticker.stop());
      other.ticker.wake(nowUs() + 20_000);
      await other.until(1);
      assert.equal(rings.atUs.length, 0);
    });
  });
}

test('a ticker whose metronome is gone rings all the same', async (t) => {
  const metronome = startMetronome(1);
  metronome.stop();
  const rings = new Rings(metronomeTicker(metronome.places[0] as Place));
  t.after(() => rings.ticker.stop());
  const atUs = nowUs() + 1000;
  rings.ticker.wake(atUs);
  await rings.until(1);
  assert.ok((rings.atUs[0] ?? 0) >= atUs);
});
