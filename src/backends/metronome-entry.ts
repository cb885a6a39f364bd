/** Cost: a core's time of some microseconds for each alarm; asleep between them. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { nowUs } from '../base/clock.ts';
import { alarm, alarmOf, bell } from '../fleet/tickers/metronome.ts';

/** What the metronome is started with: a line to each place. */
export type Score = { readonly memory: SharedArrayBuffer; readonly ports: readonly MessagePort[] };

const longestMs = 1000;

/** The inside of the metronome's thread: sleeps until the next alarm, or until somebody sets one, and rings. */
const { memory, ports } = workerData as Score;
const words = new Int32Array(memory);
for (;;) {
  const heard = Atomics.load(words, bell);
  const now = nowUs();
  let waitUs = longestMs * 1000;
  for (let place = 0; place < ports.length; place++) {
    const own = alarmOf(place);
    if (Atomics.load(words, own) !== alarm.set) continue;
    const leftUs = (Atomics.load(words, own + 1) - now) | 0;
    if (leftUs > 0) waitUs = Math.min(waitUs, leftUs);
    else if (Atomics.compareExchange(words, own, alarm.set, alarm.off) === alarm.set)
      (ports[place] as MessagePort).postMessage(null);
  }
  Atomics.wait(words, bell, heard, waitUs / 1000);
}
