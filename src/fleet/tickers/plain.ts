/** Cost: one timer a wake-up, now and then two. Node's timers are uniformly 0 to 1 ms late, and some come early. */
import { nowUs } from '../../base/clock.ts';
import type { OpenTicker } from '../ticker.ts';

/** How late a timer of Node is on an idle loop: its clock counts whole milliseconds. */
const grainUs = 1000;

/** Timers of Node. A time that has passed is a turn of the event loop, so that reads come in between. */
export const plainTicker: OpenTicker = (tick) => {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let ringsUs = 0;
  const clear = (): void => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
  // A timer counts from the beginning of the turn that set it, so it may come before its time.
  const ring = (): void => {
    if (nowUs() < ringsUs) timer = setTimeout(ring, 1);
    else tick();
  };
  return {
    wake(atUs) {
      clear();
      ringsUs = atUs;
      const waitUs = atUs - nowUs();
      if (waitUs <= 0) immediate = setImmediate(ring);
      else timer = setTimeout(ring, Math.ceil(waitUs / 1000));
      return atUs + grainUs;
    },
    stop: clear,
  };
};
