import { formatSize } from '../base/units.ts';
import type { RunResult } from '../verdict/result.ts';
import { count } from './text/figures.ts';

/** The command that repeats the run; empty for a run of the library, which has none. */
export function again({ commandLine, seed }: RunResult): string {
  return commandLine === '' || /(^|\s)--seed\b/.test(commandLine) ? commandLine : `${commandLine} --seed ${seed}`;
}

/** What ran, and on what. */
export function ranOn(run: RunResult): string {
  const { versions } = run;
  return (
    `run ${run.id}, client ${run.client}, ${threads(run)}, ${memory(run)}` +
    `mqtt-stress ${versions.tool}, Node ${versions.node.replace(/^v/, '')}, ${versions.os}, ${plural(versions.cores, 'core')}`
  );
}

function memory({ peakMemoryBytes }: RunResult): string {
  return peakMemoryBytes === undefined ? '' : `at most ${formatSize(peakMemoryBytes)} of memory, `;
}

function threads({ threads: count, threadsWhy }: RunResult): string {
  const told = count === 0 ? 'no extra thread' : plural(count, 'thread');
  return threadsWhy === 'asked for' ? told : `${told} (${threadsWhy})`;
}

function plural(n: number, word: string): string {
  return `${count(n)} ${word}${n === 1 ? '' : 's'}`;
}
