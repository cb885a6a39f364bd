import { parseArgs } from 'node:util';
import { backends } from '../../src/backends/index.ts';
import { compile } from '../../src/plan/compile.ts';
import { run } from '../../src/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { startMosquitto } from '../support/mosquitto.ts';

// npm run bench:long -- [--minutes 10]
// 20,000 messages a second, half of them published and half received, all in this thread: how much the heap after a forced
// collection, and resident memory, grow a minute from the second minute on.

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const mosquitto = await startMosquitto();
const scenario = `
brokers: [${mosquitto.url}]
warmUp: 0s
duration: ${Math.round(minutes * 60)}s
groups:
  pubs: { clients: 100, publish: { topic: "t/{index}", rate: 100/s } }
  subs: { clients: 1, subscribe: { topic: "t/+" } }
`;
const loaded = parseScenario('long.yaml', scenario);
if (!('scenario' in loaded)) throw new Error(loaded.problems.join('\n'));
const plan = compile(loaded.scenario, { runTag: 'bench00', seed: 1, commandLine: 'bench', client: 'wire' });

type Reading = { readonly minute: number; readonly heapMiB: number; readonly residentMiB: number };
const readings: Reading[] = [];
let seconds = 0;

function read(): void {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const reading = { minute: seconds / 60, heapMiB: (heapUsed + arrayBuffers) / 2 ** 20, residentMiB: rss / 2 ** 20 };
  readings.push(reading);
  process.stdout.write(
    `minute ${reading.minute}: heap ${reading.heapMiB.toFixed(2)} MiB, resident ${reading.residentMiB.toFixed(1)} MiB\n`,
  );
}

/** The slope of the least squares line, a minute. */
function growth(figure: (reading: Reading) => number): number {
  const later = readings.filter(({ minute }) => minute >= 2);
  const meanX = later.reduce((sum, { minute }) => sum + minute, 0) / later.length;
  const meanY = later.reduce((sum, one) => sum + figure(one), 0) / later.length;
  const above = later.reduce((sum, one) => sum + (one.minute - meanX) * (figure(one) - meanY), 0);
  return above / later.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0);
}

const backend = await backends.inline();
const result = await run(plan, backend(1), {
  reporters: [
    {
      second({ phase }) {
        if (phase === 'measuring' && ++seconds % 60 === 0) read();
      },
    },
  ],
  signal: new AbortController().signal,
  threads: { count: 0, why: 'asked for' },
  versions: { tool: '', node: process.version, os: '', cpu: '', cores: 0 },
  machine: { addresses: [], hostName: '' },
  allowInvalid: true,
});
await mosquitto.stop();
const { messages_sent: sent, messages_received: received } = result.totals;
process.stdout.write(`sent ${sent.rate.toFixed(0)}/s, received ${received.rate.toFixed(0)}/s, ${result.verdict}\n`);
const heap = growth(({ heapMiB }) => heapMiB);
const resident = growth(({ residentMiB }) => residentMiB);
process.stdout.write(
  `growth a minute: heap ${heap.toFixed(3)} MiB (at most 0.1), resident ${resident.toFixed(2)} MiB (at most 1)\n`,
);
if (heap > 0.1 || resident > 1) process.exitCode = 1;
