import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { resourceLimits } from 'node:worker_threads';

/** What became of a thread's time since it was last asked, us; Linux tells the first two, elsewhere they are 0. */
export interface ThreadVitals {
  /** On a CPU. */
  readonly cpuUs: number;
  /** Ready to run, and no CPU was free. */
  readonly waitedUs: number;
  readonly gcUs: number;
  readonly longestGcUs: number;
  /** Of the heap that the thread may have, 0 to 1. */
  readonly heapShare: number;
}

export const noVitals: ThreadVitals = { cpuUs: 0, waitedUs: 0, gcUs: 0, longestGcUs: 0, heapShare: 0 };

/** Watches the thread that made it. Cost: a file of /proc read a call, some 10 us, and a callback a garbage collection. */
export class ThreadWatch {
  readonly #observer: PerformanceObserver;
  #gcUs = 0;
  #longestGcUs = 0;
  #before = readSchedule();

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.#gcUs += duration * 1000;
        this.#longestGcUs = Math.max(this.#longestGcUs, duration * 1000);
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  take(): ThreadVitals {
    const now = readSchedule();
    const vitals = {
      cpuUs: now.cpuUs - this.#before.cpuUs,
      waitedUs: now.waitedUs - this.#before.waitedUs,
      gcUs: this.#gcUs,
      longestGcUs: this.#longestGcUs,
      heapShare: heapShare(),
    };
    this.#before = now;
    this.#gcUs = 0;
    this.#longestGcUs = 0;
    return vitals;
  }

  stop(): void {
    this.#observer.disconnect();
  }
}

/** V8's limit has room for the young generation too, half as much again as it may be; of that, what lives long gets nothing. */
function heapShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const { maxYoungGenerationSizeMb: youngMb = 32 } = resourceLimits;
  return used / Math.max(1, limit - 1.5 * youngMb * 2 ** 20);
}

type Schedule = { readonly cpuUs: number; readonly waitedUs: number };

function readSchedule(): Schedule {
  return scheduleOf(read('/proc/thread-self/schedstat'));
}

/** "1234567 89012 34", ns on a CPU, ns ready without one, turns: of /proc/thread-self/schedstat. */
export function scheduleOf(text: string): Schedule {
  const [cpu = 0, waited = 0] = text.trim().split(' ').map(Number);
  return { cpuUs: cpu / 1000, waitedUs: waited / 1000 };
}

/** What happened to the machine since it was last asked. */
export interface MachineVitals {
  readonly elapsedUs: number;
  /** CPU time that its host gave to others, of all of its cores, 0 to 1. */
  readonly stealShare: number;
  /** In which some program waited for memory to be freed or read back. */
  readonly memoryStalledUs: number;
  /** How far the clock of the system went ahead of the monotonic one: somebody set it. */
  readonly clockSetUs: number;
  /** The same of the clock that counts sleep: the machine slept, or the monotonic clock jumped. */
  readonly sleptUs: number;
}

type Reading = {
  readonly monotonicUs: number;
  readonly systemUs: number;
  readonly bootUs: number | undefined;
  readonly stealTicks: number;
  readonly allTicks: number;
  readonly memoryStalledUs: number;
};

/** Watches the machine. Cost: three files of /proc a call. */
export class MachineWatch {
  #before = readMachine();

  take(): MachineVitals {
    const now = readMachine();
    const before = this.#before;
    this.#before = now;
    const elapsedUs = now.monotonicUs - before.monotonicUs;
    return {
      elapsedUs,
      stealShare: (now.stealTicks - before.stealTicks) / Math.max(1, now.allTicks - before.allTicks),
      memoryStalledUs: now.memoryStalledUs - before.memoryStalledUs,
      clockSetUs: now.systemUs - before.systemUs - elapsedUs,
      sleptUs: now.bootUs === undefined || before.bootUs === undefined ? 0 : now.bootUs - before.bootUs - elapsedUs,
    };
  }
}

const closeUs = 1000;
const mostTries = 5;

/** The clocks, read again where something came between them. */
function readMachine(): Reading {
  const rest = { ...ticksOf(read('/proc/stat')), memoryStalledUs: stalledOf(read('/proc/pressure/memory')) };
  for (let tries = 1; ; tries++) {
    const monotonicUs = performance.now() * 1000;
    const systemUs = Date.now() * 1000;
    const bootUs = uptimeOf(read('/proc/uptime'));
    if (performance.now() * 1000 - monotonicUs < closeUs || tries === mostTries)
      return { monotonicUs, systemUs, bootUs, ...rest };
  }
}

/** "17254.76 28337.63", of /proc/uptime; it counts hundredths. */
function uptimeOf(text: string): number | undefined {
  const seconds = Number.parseFloat(text);
  return Number.isNaN(seconds) ? undefined : seconds * 1e6;
}

/** "cpu  377974 0 153084 2833763 2416 0 41234 233 0 0", of /proc/stat: the eighth is steal; guests are counted twice behind it. */
export function ticksOf(text: string): { readonly stealTicks: number; readonly allTicks: number } {
  const [first = ''] = text.split('\n', 1);
  const ticks = first.trim().split(/\s+/).slice(1, 9).map(Number);
  return { stealTicks: ticks[7] ?? 0, allTicks: ticks.reduce((sum, one) => sum + one, 0) };
}

/** "some avg10=0.00 avg60=0.00 avg300=0.00 total=20986579", of /proc/pressure/memory. */
export function stalledOf(text: string): number {
  return Number(/^some .*total=(\d+)/m.exec(text)?.[1] ?? 0);
}

/** Other systems have no /proc, and some kernels not all of it. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
