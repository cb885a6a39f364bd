import { z } from 'zod';
import { nowUs } from '../base/clock.ts';
import { count } from '../base/fields.ts';
import type { Observation, Observer, ObserverKind, Sample, Watched } from './observer.ts';
import { type Found, listenerOf, processOf, readProcess } from './process/proc.ts';

/** Exactly one of them. */
export type ProcessOptions = { readonly pid: number } | { readonly port: number };

const secondUs = 1_000_000;

/** Reads CPU time and memory of a process of this machine, at every whole second. */
class ProcessObserver implements Observer {
  readonly #broker: Watched;
  readonly #options: ProcessOptions;
  readonly #samples: Sample[] = [];
  readonly #notes: string[] = [];
  readonly #seen: string[] = [];
  #found: Found | null = null;
  /** Of processes before this one, where the broker was started again. */
  #beforeS = 0;
  #lastS = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(broker: Watched, options: ProcessOptions) {
    this.#broker = broker;
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.#sample();
    this.#next();
  }

  #next(): void {
    const waitUs = secondUs - (nowUs() % secondUs);
    this.#timer = setTimeout(
      () => {
        this.#sample();
        this.#next();
      },
      Math.ceil(waitUs / 1000),
    );
  }

  #sample(): void {
    if (this.#found === null) this.#find();
    if (this.#found === null) return;
    const usage = readProcess(this.#found);
    if (usage === null) {
      this.#note(`the process ${this.#found.pid} ended while it was observed`);
      this.#beforeS += this.#lastS;
      this.#lastS = 0;
      this.#found = null;
      return;
    }
    this.#lastS = usage.cpuSeconds;
    this.#samples.push({
      atUs: nowUs(),
      values: { cpuSeconds: this.#beforeS + usage.cpuSeconds, memoryBytes: usage.memoryBytes },
    });
  }

  #find(): void {
    const options = this.#options;
    const found = 'pid' in options ? processOf(options.pid) : listenerOf(options.port);
    if ('why' in found) {
      this.#note(found.why);
      return;
    }
    this.#found = found;
    const name = `process ${found.pid} (${found.command})`;
    if (!this.#seen.includes(name)) this.#seen.push(name);
  }

  #note(why: string): void {
    if (!this.#notes.includes(why)) this.#notes.push(why);
  }

  async end(): Promise<Observation> {
    clearTimeout(this.#timer);
    this.#sample();
    const asked = 'pid' in this.#options ? `process ${this.#options.pid}` : `process on port ${this.#options.port}`;
    return {
      broker: this.#broker.name,
      observer: 'process',
      source: this.#seen.length === 0 ? asked : this.#seen.join(', then '),
      samples: this.#samples,
      whole: true,
      uncounted: [],
      notes: this.#notes,
    };
  }
}

export const hostProcess: ObserverKind<ProcessOptions> = {
  options: z.union(
    [
      z.strictObject({ pid: count({ min: 1 }).describe('The number of its process on this machine.') }),
      z.strictObject({
        port: count({ min: 1, max: 65_535 }).describe('Where its process listens on this machine, by TCP.'),
      }),
    ],
    'must be { pid: ... } or { port: ... }',
  ),
  waits: false,
  connects: false,
  open: (broker, options) => new ProcessObserver(broker, options),
  describe: (options) =>
    `CPU time and memory of ${'pid' in options ? `process ${options.pid}` : `the process that listens on port ${options.port}`}`,
};
