import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** It stood still all the time between the two, us of CLOCK_MONOTONIC: the truth of what was done. */
export type Stop = { readonly stoppedUs: number; readonly resumedUs: number };

const self = fileURLToPath(import.meta.url);

/** Stops a process (SIGSTOP) for so long, from a process of its own that nothing else delays. */
export async function stopFor(pid: number, ms: number): Promise<Stop> {
  const child = spawn(process.execPath, [self, 'stop', String(pid), String(ms)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(text) as Stop;
}

const [, program, word, pid, ms] = process.argv;
if (program === self && word === 'stop') {
  const now = () => Number(process.hrtime.bigint() / 1000n);
  process.kill(Number(pid), 'SIGSTOP');
  const stoppedUs = now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
  const resumedUs = now();
  process.kill(Number(pid), 'SIGCONT');
  process.stdout.write(JSON.stringify({ stoppedUs, resumedUs } satisfies Stop));
}
