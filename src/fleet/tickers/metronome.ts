/** Cost: two stores and a futex call a wake-up; the message that rings is a turn of the event loop. */
import type { MessagePort } from 'node:worker_threads';
import { nowUs } from '../../base/clock.ts';
import type { OpenTicker } from '../ticker.ts';

/** One load thread's place at the metronome: a word for its alarm, one for when it rings, and the line it rings on. */
export type Place = { readonly memory: SharedArrayBuffer; readonly place: number; readonly port: MessagePort };

/** The first word is rung by whoever sets an alarm; behind it stand two words a place. */
export const bell = 0;
export const alarmOf = (place: number): number => 1 + 2 * place;
export const wordsFor = (places: number): number => 1 + 2 * places;
export const alarm = { off: 0, set: 1 } as const;

/** Where the next is due so soon after the last twice running, what comes in a millisecond is done in one turn. */
const denseUs = 125;
const quantumUs = 1000;
/** Should the metronome be gone, or have no core, a plain timer rings instead. */
const watchEveryMs = 50;
const patienceUs = 25_000;

/** Rings by a metronome: a thread that sleeps until the time, to fractions of a millisecond, which no timer of Node does. */
export function metronomeTicker({ memory, place, port }: Place): OpenTicker {
  const words = new Int32Array(memory);
  const own = alarmOf(place);
  return (tick) => {
    let ringsUs = Number.POSITIVE_INFINITY;
    let rangUs = 0;
    let dense = false;
    let immediate: NodeJS.Immediate | undefined;
    const ring = (): void => {
      // One that was called off, or has been answered by the timer.
      if (ringsUs === Number.POSITIVE_INFINITY) return;
      ringsUs = Number.POSITIVE_INFINITY;
      rangUs = nowUs();
      tick();
    };
    const watch = setInterval(() => {
      if (nowUs() > ringsUs + patienceUs) ring();
    }, watchEveryMs);
    port.on('message', () => {
      if (nowUs() >= ringsUs) ring();
    });
    return {
      wake(atUs) {
        clearImmediate(immediate);
        ringsUs = atUs;
        const now = nowUs();
        if (atUs <= now) {
          immediate = setImmediate(ring);
          return atUs;
        }
        const near = atUs - now < denseUs;
        if (near && dense) ringsUs = Math.max(atUs, rangUs + quantumUs);
        dense = near;
        // Microseconds modulo 2^32: the metronome sees how far ahead they are, up to half of that.
        Atomics.store(words, own + 1, Math.min(ringsUs, now + 1e9) | 0);
        Atomics.store(words, own, alarm.set);
        Atomics.add(words, bell, 1);
        Atomics.notify(words, bell);
        return ringsUs;
      },
      stop() {
        clearImmediate(immediate);
        clearInterval(watch);
        ringsUs = Number.POSITIVE_INFINITY;
        port.close();
      },
    };
  };
}
