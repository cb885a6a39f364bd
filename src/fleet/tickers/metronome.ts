/** Cost: two stores and a futex call a wake-up; the message that rings is a turn of the event loop. */
import type { MessagePort } from 'node:worker_threads';
import { nowUs } from '../../base/clock.ts';
import type { OpenTicker, Ticker } from '../ticker.ts';

/** One load thread's place at the metronome: a word for its alarm, one for when it rings, and the line it rings on. */
export type Place = { readonly memory: SharedArrayBuffer; readonly place: number; readonly port: MessagePort };

/** The first word is rung by whoever sets an alarm; behind it stand two words a place. */
export const bell = 0;
export const alarmOf = (place: number): number => 1 + 2 * place;
export const wordsFor = (places: number): number => 1 + 2 * places;
export const alarm = { off: 0, set: 1 } as const;

/** How far ahead an alarm may be set. */
const farthestUs = 1e9;
/** Where the next is due so soon after the last twice running, a timer of Node does as well: what comes in a millisecond is one turn. */
const denseUs = 125;
const timerGrainUs = 1000;
/** Should the metronome be gone, or have no core, a plain timer rings instead. */
const watchEveryMs = 50;
const patienceUs = 25_000;
const never = Number.POSITIVE_INFINITY;

/** Rings by a metronome: a thread that sleeps until the time, to fractions of a millisecond, which no timer of Node does. */
export function metronomeTicker(place: Place): OpenTicker {
  return (tick) => new MetronomeTicker(place, tick);
}

class MetronomeTicker implements Ticker {
  readonly #words: Int32Array;
  readonly #alarm: number;
  readonly #port: MessagePort;
  readonly #tick: () => void;
  readonly #watch: NodeJS.Timeout;
  #ringsUs = never;
  #dense = false;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ memory, place, port }: Place, tick: () => void) {
    this.#words = new Int32Array(memory);
    this.#alarm = alarmOf(place);
    this.#port = port;
    this.#tick = tick;
    this.#watch = setInterval(() => {
      if (nowUs() > this.#ringsUs + patienceUs) this.#ring();
    }, watchEveryMs);
    port.on('message', this.#ring);
  }

  wake(atUs: number): number {
    clearImmediate(this.#immediate);
    this.#ringsUs = atUs;
    const now = nowUs();
    if (atUs <= now) {
      this.#immediate = setImmediate(this.#ring);
      return atUs;
    }
    const near = atUs - now < denseUs;
    const dense = near && this.#dense;
    this.#dense = near;
    if (dense) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#ring, 1);
      return atUs + timerGrainUs;
    }
    // Microseconds modulo 2^32: the metronome sees how far ahead they are, up to half of that.
    Atomics.store(this.#words, this.#alarm + 1, Math.min(atUs, now + farthestUs) | 0);
    Atomics.store(this.#words, this.#alarm, alarm.set);
    Atomics.add(this.#words, bell, 1);
    Atomics.notify(this.#words, bell);
    return atUs;
  }

  /** Not before its time: a message may be for a time that was called off, and some timers come early. */
  readonly #ring = (): void => {
    if (this.#ringsUs === never) return;
    if (nowUs() < this.#ringsUs) {
      if (this.#dense) this.#timer = setTimeout(this.#ring, 1);
      return;
    }
    this.#ringsUs = never;
    this.#tick();
  };

  stop(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#ringsUs = never;
    this.#port.close();
  }
}
