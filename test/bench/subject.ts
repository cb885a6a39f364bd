import { readFileSync } from 'node:fs';
import { backends } from '../../src/backends/index.ts';
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
};

/** What a process measured of itself in its measured window. */
export type Report = {
  readonly cpuUs: number;
  readonly messages: number;
  readonly seconds: number;
  /** write and writev calls; NaN where the system does not tell. */
  readonly writes: number;
  readonly residentBytes: number;
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

function read({ second }: Snapshot, totals: Totals): Reading {
  const { user, system } = process.cpuUsage();
  const messages = (totals.of('messages_sent')?.inWindow ?? 0) + (totals.of('messages_received')?.inWindow ?? 0);
  return { cpuUs: user + system, messages, second, writes: writeCalls() };
}

const task = JSON.parse(process.argv[2] ?? '') as Task;
const readings: Reading[] = [];
let residentBytes = 0;
const threads = await backends.threads();
const result = await run(planOf(task), threads(1), {
  reporters: [
    {
      second(snapshot, totals) {
        if (snapshot.phase !== 'measuring') return;
        readings.push(read(snapshot, totals));
        residentBytes = process.memoryUsage.rss();
      },
    },
  ],
  signal: new AbortController().signal,
  threads: { count: 1, why: 'asked for' },
  versions: { tool: '', node: process.version, os: '', cpu: '', cores: 0 },
  allowInvalid: true,
});
const first = readings[0] as Reading;
const last = readings.at(-1) as Reading;
const report: Report = {
  cpuUs: last.cpuUs - first.cpuUs,
  messages: last.messages - first.messages,
  seconds: last.second - first.second,
  writes: last.writes - first.writes,
  residentBytes,
  verdict: result.verdict,
  trust: result.trust.verdict,
  connects: result.totals.connects.count,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
