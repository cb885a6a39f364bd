import { noTimeUs } from '../base/clock.ts';
import type { ClientListener } from './client.ts';

/** When a connection must say something, and when its silence means that it is dead. Pure: the caller brings the clock. */
export class KeepAlive {
  /** 0: no keep-alive. A server's own value replaces ours [MQTT-3.2.2-21]. */
  periodUs = noTimeUs;
  lastSentUs = noTimeUs;
  #pingedUs = noTimeUs;

  start(periodUs: number, now: number): void {
    this.periodUs = periodUs;
    this.lastSentUs = now;
    this.#pingedUs = 0;
  }

  answered(nowUs: number, listener: Pick<ClientListener, 'alive'>): void {
    this.#pingedUs = 0;
    listener.alive(nowUs);
  }

  /** `ping`: send PINGREQ now, early enough for checks ten times a second [MQTT-3.1.2-23]; `dead`: it was not answered. */
  check(now: number): 'ping' | 'dead' | null {
    if (this.periodUs === 0) return null;
    if (this.#pingedUs > 0) return now - this.#pingedUs > Math.max(1e6, this.periodUs / 2) ? 'dead' : null;
    if (now - this.lastSentUs <= this.periodUs - Math.min(this.periodUs / 4, 5e6)) return null;
    this.#pingedUs = now;
    return 'ping';
  }
}
