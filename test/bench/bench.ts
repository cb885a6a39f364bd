import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startMosquitto } from '../support/mosquitto.ts';
import type { Report, Task } from './subject.ts';
import { idleClients, type Work, works } from './works.ts';

// npm run bench -- [--pairs 7] [--json FILE]: this program beside a plain C loop and MQTT.js, the broker is Mosquitto.
// A pair counts only if both made 99.5 % of the rate, steal was under 2 % and nearly every message was a write of its own.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '7' }, json: { type: 'string' }, only: { type: 'string' } },
});
const pairs = Number(values.pairs);
const runTag = 'bench00';

type Sample = { readonly cpuUs: number; readonly valid: boolean; readonly why: string };
type Row = {
  readonly work: string;
  readonly unit: string;
  readonly floor: readonly number[];
  readonly wire: readonly number[];
  readonly mqttjs: readonly number[];
  /** wire / floor, pair by pair. */
  readonly ratios: readonly number[];
  readonly limit: number;
  readonly discarded: readonly string[];
};

function stealTicks(): { steal: number; all: number } {
  const fields =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  return { steal: fields[7] ?? 0, all: fields.reduce((sum, one) => sum + one, 0) };
}

async function output(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ').slice(0, 200)} ended with ${code}`);
  return text;
}

function startSubject(task: Task): ChildProcess {
  const program = fileURLToPath(new URL('./subject.js', import.meta.url));
  return spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function subject(task: Task): Promise<Report> {
  return JSON.parse(await output(startSubject(task))) as Report;
}

/** Builds the floor; undefined without a C compiler. */
function buildFloor(directory: string): string | undefined {
  const program = join(directory, 'floor');
  try {
    execFileSync('cc', ['-O2', '-o', program, join(root, 'test/bench/floor.c')], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
}

async function measured<T>(act: () => Promise<T>): Promise<{ value: T; stealShare: number }> {
  const before = stealTicks();
  const value = await act();
  const after = stealTicks();
  return { value, stealShare: (after.steal - before.steal) / Math.max(1, after.all - before.all) };
}

/** One sample, and why it does not count. */
function sample(cpuUs: number, rate: number, asked: number, stealShare: number, writesEach: number): Sample {
  const why =
    rate < 0.995 * asked
      ? `made ${Math.round((100 * rate) / asked)} % of the rate`
      : stealShare > 0.02
        ? `steal ${(stealShare * 100).toFixed(1)} %`
        : writesEach < 0.95
          ? `${writesEach.toFixed(2)} writes a message`
          : '';
  return { cpuUs, valid: why === '', why };
}

async function floorSample(program: string, work: Work, port: number): Promise<Sample> {
  const { mode, args } = work.floor as NonNullable<Work['floor']>;
  const { value, stealShare } = await measured(async () =>
    output(spawn(program, [mode, String(port), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })),
  );
  const [, rate = '0', cpuUs = '0'] = /, (\d+)\/s, ([\d.]+) us CPU each/.exec(value) ?? [];
  return sample(Number(cpuUs), Number(rate), work.messagesPerSecond, stealShare, 1);
}

async function ourSample(work: Work, url: string, client: string): Promise<Sample> {
  const task: Task = { scenario: work.scenario(url), runTag, client, group: 'subject' };
  const { value, stealShare } = await measured(() => subject(task));
  const { cpuUs, messages, seconds, writes } = value;
  const writesEach = work.floor?.mode === 'publish' && client === 'wire' ? writes / messages : 1;
  return sample(cpuUs / messages, messages / seconds, work.messagesPerSecond, stealShare, writesEach);
}

async function cpuRow(work: Work, url: string, port: number, floor: string | undefined): Promise<Row> {
  const other = work.other === undefined ? undefined : busy(work, url);
  const row = { floor: [] as number[], wire: [] as number[], mqttjs: [] as number[], ratios: [] as number[] };
  const discarded: string[] = [];
  for (let tries = 0; row.ratios.length < pairs && tries < pairs * 2; tries++) {
    const a = floor === undefined ? undefined : await floorSample(floor, work, port);
    const b = await ourSample(work, url, 'wire');
    const why = [a?.why && `floor ${a.why}`, b.why && `wire ${b.why}`].filter(Boolean).join(', ');
    process.stderr.write(`${work.name}: floor ${a?.cpuUs.toFixed(2) ?? '-'}, wire ${b.cpuUs.toFixed(2)} us ${why}\n`);
    if (why !== '') discarded.push(why);
    else {
      row.wire.push(b.cpuUs);
      if (a !== undefined) row.floor.push(a.cpuUs);
      row.ratios.push(a === undefined ? Number.NaN : b.cpuUs / a.cpuUs);
    }
  }
  for (let i = 0; i < 3; i++) {
    const c = await ourSample(work, url, 'mqttjs');
    process.stderr.write(`${work.name}: mqttjs ${c.cpuUs.toFixed(2)} us ${c.why}\n`);
    row.mqttjs.push(c.cpuUs);
  }
  other?.();
  return { work: work.name, unit: 'us CPU a message', ...row, limit: work.limit, discarded };
}

/** Keeps the other group of the work going in a process of its own until it is stopped. */
function busy(work: Work, url: string): () => void {
  const scenario = work.scenario(url).replace(/^duration: .*$/m, 'duration: 1800s');
  const child = startSubject({ scenario, runTag, client: 'wire', group: work.other as string });
  return () => void child.kill('SIGKILL');
}

async function memoryRow(work: Work, url: string): Promise<Row> {
  const row = { wire: [] as number[], mqttjs: [] as number[] };
  for (const client of ['wire', 'mqttjs'] as const) {
    for (let i = 0; i < 3; i++) {
      const scenario = work.scenario(url);
      const many = await subject({ scenario, runTag, client });
      const one = await subject({ scenario: scenario.replace(/clients: \d+/, 'clients: 1'), runTag, client });
      const each = (many.residentBytes - one.residentBytes) / (idleClients - 1) / 1024;
      process.stderr.write(
        `${work.name}: ${client} ${each.toFixed(1)} KiB each, ${(many.residentBytes / 1e6).toFixed(0)} MB in all\n`,
      );
      row[client].push(each);
    }
  }
  return { work: work.name, unit: 'KiB a connection', floor: [], ...row, ratios: [], limit: work.limit, discarded: [] };
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return '-';
  const sorted = [...values].sort((a, b) => a - b);
  const told = [sorted[0], median(sorted), sorted.at(-1)].map((value) => (value as number).toFixed(2));
  return told.join(' - ');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

function verdictOf(row: Row): string {
  const values = row.unit.startsWith('KiB') ? row.wire : row.ratios;
  const needed = row.unit.startsWith('KiB') ? 3 : pairs;
  if (values.some(Number.isNaN)) return 'no C compiler, no floor';
  if (values.length < needed) return `machine too noisy (${values.length} of ${needed} pairs count)`;
  const limit = row.unit.startsWith('KiB') ? `${row.limit} KiB` : `${row.limit} x`;
  return `${median(values) <= row.limit ? 'within' : 'ABOVE'} ${limit}`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    `${row.work} (${row.unit})`,
    spread(row.floor),
    spread(row.wire),
    spread(row.mqttjs),
    spread(row.ratios),
    verdictOf(row),
  ]);
  const all = [['work', 'floor', 'wire', 'mqttjs', 'wire / floor', 'verdict'], ...lines];
  const widths = (all[0] as string[]).map((_, i) => Math.max(...all.map((line) => (line[i] as string).length)));
  return all
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const directory = mkdtempSync(join(tmpdir(), 'mqtt-stress-bench-'));
const floor = buildFloor(directory);
const rows: Row[] = [];
try {
  for (const work of works.filter(({ name }) => values.only === undefined || name.includes(values.only))) {
    const mosquitto = await startMosquitto({ lines: ['max_queued_messages 0', 'max_inflight_messages 0'] });
    try {
      rows.push(
        work.measure === 'cpu'
          ? await cpuRow(work, mosquitto.url, mosquitto.port, floor)
          : await memoryRow(work, mosquitto.url),
      );
    } finally {
      await mosquitto.stop();
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}
process.stdout.write(
  `minimum - median - maximum; ${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}\n\n${table(rows)}\n`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
if (rows.some((row) => verdictOf(row).startsWith('ABOVE'))) process.exitCode = 1;
