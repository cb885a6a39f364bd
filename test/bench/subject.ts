import { readFileSync } from 'node:fs';
import { backends } from '../../src/backends/index.ts';
import { startMetronome } from '../../src/backends/metronome.ts';
import { nowUs } from '../../src/base/clock.ts';
import { metronomeTicker, type Place } from '../../src/fleet/tickers/metronome.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import type { Snapshot } from '../../src/metrics/snapshot.ts';
import type { Totals } from '../../src/metrics/totals.ts';
import { compile } from '../../src/plan/compile.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { run } from '../../src/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';

/** What the bench asks of a process of this program: one group of a scenario, on one thread. */
export type Task = {
  readonly scenario: string;
  readonly runTag: string;
  readonly client: string;
  /** Only this group; the others are another process's. */
  readonly group?: string;
  readonly threads: number;
  /** No clients: only a metronome that rings 1,000 times a second, and how late. */
  readonly bare?: boolean;
};

/** What a process measured of itself in its measured window. */
export type Report = {
  readonly cpuUs: number;
  readonly messages: number;
  readonly seconds: number;
  /** write and writev calls; NaN where the system does not tell. */
  readonly writes: number;
  readonly residentBytes: number;
  /** From the start of the process until all were connected. */
  readonly connectCpuUs: number;
  /** schedule_lag in ms. */
  readonly lag: { readonly p50: number; readonly p99: number };
  readonly verdict: string;
  readonly trust: string;
  readonly connects: number;
};

function planOf({ scenario, runTag, client, group }: Task): Plan {
  const loaded = parseScenario('bench.yaml', scenario);
  if (!('scenario' in loaded)) throw new Error(JSON.stringify(loaded));
  const plan = compile(loaded.scenario, { runTag, seed: 1, commandLine: 'bench', client });
  if (group === undefined) return plan;
  const groups = plan.groups.map((one) => (one.name === group ? one : { ...one, slice: { ...one.slice, count: 0 } }));
  return { ...plan, groups };
}

function writeCalls(): number {
  try {
    return Number(/syscw: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}

type Reading = { readonly cpuUs: number; readonly messages: number; readonly second: number; readonly writes: number };

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function read({ second }: Snapshot, totals: Totals): Reading {
  const messages = (totals.of('messages_sent')?.inWindow ?? 0) + (totals.of('messages_received')?.inWindow ?? 0);
  return { cpuUs: cpuUs(), messages, second, writes: writeCalls() };
}

async function measure(task: Task): Promise<Report> {
  const readings: Reading[] = [];
  let residentBytes = 0;
  let connectCpuUs = 0;
  const threads = await backends.threads();
  const result = await run(planOf(task), threads(task.threads), {
    reporters: [
      {
        second(snapshot, totals) {
          if (snapshot.phase === 'ready' && connectCpuUs === 0) connectCpuUs = cpuUs();
          if (snapshot.phase !== 'measuring') return;
          readings.push(read(snapshot, totals));
          residentBytes = process.memoryUsage.rss();
        },
      },
    ],
    signal: new AbortController().signal,
    threads: { count: task.threads, why: 'asked for' },
    versions: { tool: '', node: process.version, os: '', cpu: '', cores: 0 },
    machine: { addresses: [], hostName: '' },
    allowInvalid: true,
  });
  const first = readings[0] as Reading;
  const last = readings.at(-1) as Reading;
  const { schedule_lag: lag, connects } = result.totals;
  return {
    cpuUs: last.cpuUs - first.cpuUs,
    messages: last.messages - first.messages,
    seconds: last.second - first.second,
    writes: last.writes - first.writes,
    residentBytes,
    connectCpuUs,
    lag: { p50: lag?.p50 ?? 0, p99: lag?.p99 ?? 0 },
    verdict: result.verdict,
    trust: result.trust.verdict,
    connects: connects.count,
  };
}

/** How late a metronome rings that wakes nobody else, 1,000 times a second for 5 s. */
async function bareLag(): Promise<Report['lag']> {
  const { places, stop } = startMetronome(1);
  const late = new Histogram(2048);
  const beganUs = nowUs() + 500_000;
  await new Promise<void>((resolve) => {
    let rings = 0;
    const ticker = metronomeTicker(places[0] as Place)(() => {
      late.record(nowUs() - (beganUs + rings * 1000));
      if (++rings < 5000) ticker.wake(beganUs + rings * 1000);
      else {
        ticker.stop();
        resolve();
      }
    });
    ticker.wake(beganUs);
  });
  stop();
  return { p50: late.percentile(50) / 1000, p99: late.percentile(99) / 1000 };
}

const task = JSON.parse(process.argv[2] ?? '') as Task;
const told = task.bare ? { lag: await bareLag() } : await measure(task);
process.stdout.write(`${JSON.stringify(told)}\n`);
