import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { limits } from '../../src/verdict/causes.ts';
import { Strain } from '../../src/verdict/strain.ts';
import { runScenario } from '../support/run-scenario.ts';
import { allTicks, build, startSink, ticksOfOthers } from './programs.ts';
import { median } from './table.ts';

// npm run bench:trust -- [--runs 20] [--strained 3]
// A load thread that is 60 % busy against a sink must be called trustworthy: so many runs; those with steal above 2 % are repeated,
// and those in which other programs took more than 5 % of the machine.
// Then a few with busy loops on every core, to see how far apart the two are: between them lie the limits of causes.ts.

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, strained: { type: 'string', default: '3' } },
});
const busyShare = 0.6;
const mostSteal = 2;
const mostOthers = 5;

const directory = mkdtempSync(join(tmpdir(), 'mqtt-stress-trust-'));
const program = build('sink', directory);
if (program === undefined) throw new Error('there is no C compiler');
const sink = await startSink(program);

type Figures = Readonly<Record<keyof typeof units, number>>;
type Sample = { readonly verdict: string; readonly reasons: readonly string[]; readonly figures: Figures };

/** What a run shows of itself, and in which unit. */
const units = {
  busy: '% of the event loop',
  lag: 'ms, p99 of schedule_lag',
  waited: '% without a CPU',
  gc: '% of CPU time',
  longestGc: 'ms',
  blocked: 'ms',
  stoodStill: 'ms',
  heap: '% of its limit',
  steal: '%',
  others: '% of all cores for other programs',
  memory: '% stalled',
  clock: 'ms, largest step',
} as const;

const limitsOf: Readonly<Partial<Record<keyof typeof units, number>>> = {
  waited: 100 * limits.waitedShare,
  gc: 100 * limits.gcShare,
  longestGc: limits.gcPauseUs / 1000,
  blocked: limits.blockedUs / 1000,
  stoodStill: limits.blockedUs / 1000,
  heap: 100 * limits.heapShare,
  steal: 100 * limits.stealShare,
  memory: 100 * limits.memoryStalledShare,
  clock: limits.stepUs / 1000,
};

async function sample(rate: number, seconds: number): Promise<Sample> {
  const strain = new Strain();
  const busy: number[] = [];
  const usage = () => ({ others: ticksOfOthers([process.pid, sink.pid]), all: allTicks() });
  const before = usage();
  const scenario = `
brokers: [mqtt://127.0.0.1:${sink.port}]
warmUp: 3s
duration: ${seconds}s
drain: 1s
groups:
  pubs: { clients: 100, publish: { topic: "t/{index}", totalRate: ${rate}/s, payload: 256B } }
`;
  const { trust, totals } = await runScenario(scenario, {
    backend: 'threads',
    second(snapshot) {
      strain.add(snapshot);
      if (snapshot.phase === 'measuring') busy.push(...snapshot.health.map(({ utilisation }) => utilisation));
    },
  });
  const after = usage();
  const [worker] = strain.workers;
  if (worker === undefined) throw new Error('no load thread told of itself');
  const { machine } = strain;
  return {
    verdict: trust.verdict,
    reasons: trust.reasons,
    figures: {
      busy: 100 * median(busy),
      lag: totals.schedule_lag?.p99 ?? 0,
      waited: (100 * worker.waitedUs) / (worker.cpuUs + worker.waitedUs),
      gc: (100 * worker.gcUs) / worker.cpuUs,
      longestGc: worker.longestGcUs / 1000,
      blocked: worker.blockedUs / 1000,
      stoodStill: worker.stoodStillUs / 1000,
      heap: 100 * worker.heapShare,
      steal: 100 * machine.stealShare,
      others: (100 * (after.others - before.others)) / (after.all - before.all),
      memory: (100 * machine.memoryStalledUs) / machine.elapsedUs,
      clock: Math.max(Math.abs(machine.clockSetUs), Math.abs(machine.sleptUs)) / 1000,
    },
  };
}

/** The rate at which a thread of this machine is so busy, found in a few steps. */
async function findRate(): Promise<number> {
  let rate = 20_000;
  for (let step = 0; step < 3; step++) {
    const { busy } = (await sample(rate, 3)).figures;
    process.stdout.write(`${rate}/s: ${busy.toFixed(0)} % busy\n`);
    if (Math.abs(busy / 100 - busyShare) < 0.03) break;
    rate = Math.round((rate * Math.min(2, (100 * busyShare) / busy)) / 100) * 100;
  }
  return rate;
}

/** Why a run is repeated. */
function flaw({ steal, others }: Figures): string {
  if (steal > mostSteal) return ` (repeated: steal ${steal.toFixed(1)} %)`;
  return others > mostOthers ? ` (repeated: other programs took ${others.toFixed(0)} % of the machine)` : '';
}

async function samples(name: string, rate: number, wanted: number, judged: boolean): Promise<Sample[]> {
  const kept: Sample[] = [];
  for (let tries = 0; kept.length < wanted && tries < 3 * wanted; tries++) {
    const one = await sample(rate, 8);
    const why = judged ? flaw(one.figures) : '';
    if (why === '') kept.push(one);
    process.stdout.write(`${name} ${kept.length}: ${one.verdict}${why}\n`);
    for (const reason of one.reasons) process.stdout.write(`  ${reason}\n`);
  }
  return kept;
}

function row(of: readonly Sample[], figure: keyof typeof units): string {
  const all = of.map(({ figures }) => figures[figure]);
  if (all.length === 0) return '-';
  return [Math.min(...all), median(all), Math.max(...all)].map((one) => one.toFixed(2)).join(' - ');
}

const spinning: ChildProcess[] = [];
try {
  const rate = await findRate();
  const healthy = await samples('healthy', rate, Number(values.runs), true);
  for (let i = 0; i < 2 * cpus().length; i++) spinning.push(spawn(process.execPath, ['-e', 'for (;;);']));
  const strained = await samples('beside busy loops', rate, Number(values.strained), false);
  const machine = `${cpus()[0]?.model.trim() ?? ''}, ${cpus().length} cores, Node ${process.version}`;
  process.stdout.write(`\n${machine}, ${new Date().toISOString()}, ${rate}/s; minimum - median - maximum\n\n`);
  process.stdout.write('| figure | healthy | beside busy loops | limit |\n|---|---|---|---|\n');
  for (const figure of Object.keys(units) as (keyof typeof units)[]) {
    const limit = limitsOf[figure] ?? '';
    process.stdout.write(
      `| ${figure} (${units[figure]}) | ${row(healthy, figure)} | ${row(strained, figure)} | ${limit} |\n`,
    );
  }
  const count = (verdict: string) => healthy.filter((one) => one.verdict === verdict).length;
  const told = `${count('trustworthy')} trustworthy, ${count('degraded')} degraded, ${count('invalid')} invalid`;
  process.stdout.write(`\nof ${healthy.length} healthy runs: ${told}\n`);
  if (healthy.length < Number(values.runs) || count('invalid') > 0 || count('degraded') > 1) process.exitCode = 1;
} finally {
  for (const child of spinning) child.kill('SIGKILL');
  sink.stop();
  rmSync(directory, { recursive: true });
}
