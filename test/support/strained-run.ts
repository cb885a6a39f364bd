import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { threadsOf } from '../../src/backends/threads.ts';
import type { Result } from '../../src/verdict/result.ts';
import { runScenario } from './run-scenario.ts';

// A run in a process of its own, to whose threads or clocks something is done: `STRAIN` of strained-thread.ts, or of clocks below.

export type Strain = {
  readonly strain?: 'spin' | 'sleep' | 'collect' | 'fill' | 'overfill' | 'set clock' | 'jump clock';
  readonly nodeOptions?: readonly string[];
  /** Called once when the measured window begins. */
  readonly measuring?: (child: ChildProcess) => void;
};

const self = fileURLToPath(import.meta.url);
const scenarioOf = 'STRAINED_SCENARIO';

export async function runStrained(scenario: string, { strain, nodeOptions = [], measuring }: Strain): Promise<Result> {
  const env = { ...process.env, [scenarioOf]: scenario, STRAIN: strain ?? '' };
  const child = spawn(process.execPath, [...nodeOptions, self], { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  child.once('message', () => measuring?.(child));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the strained run ended with ${code}`);
  return JSON.parse(text) as Result;
}

/** Sets a clock of the main thread 5 s ahead, as somebody would, or as a machine that wakes finds it. */
function disturbClock(strain: string): void {
  const ahead = 5000;
  if (strain === 'set clock') {
    const real = Date.now;
    Date.now = () => real() + ahead;
  }
  if (strain === 'jump clock') {
    const real = performance.now.bind(performance);
    performance.now = () => real() + ahead;
  }
}

const { [scenarioOf]: scenario, STRAIN = '' } = process.env;
if (process.argv[1] === self && scenario !== undefined) {
  let seconds = 0;
  const result = await runScenario(scenario, {
    backend: threadsOf(new URL('./strained-thread.js', import.meta.url)),
    second({ phase }) {
      if (phase !== 'measuring') return;
      if (seconds++ === 0) process.send?.('measuring');
      if (seconds === 2) disturbClock(STRAIN);
    },
  });
  process.stdout.write(JSON.stringify(result));
  process.disconnect?.();
}
