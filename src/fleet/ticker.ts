/** Cost: one timer a wake-up. Node's timers are uniformly 0 to 1 ms late. */
import { nowUs } from '../base/clock.ts';

/** Calls back once, at or after the time last asked for. */
export interface Ticker {
  wake(atUs: number): void;
  stop(): void;
}

/** How late a timer of Node is on an idle loop: its clock counts whole milliseconds. */
export const timerGrainUs = 1000;

/** A time that has passed is a turn of the event loop, so that reads come in between. */
export function plainTicker(tick: () => void): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  return {
    wake(atUs) {
      clearTimeout(timer);
      clearImmediate(immediate);
      const waitUs = atUs - nowUs();
      if (waitUs <= 0) immediate = setImmediate(tick);
      else timer = setTimeout(tick, Math.ceil(waitUs / 1000));
    },
    stop() {
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
