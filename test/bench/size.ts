import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startMosquitto } from '../support/mosquitto.ts';
import { outputOf } from './programs.ts';

// npm run bench:size -- [--clients 50000] [--processes 3] [--seconds 30]
// So many clients over several processes and as many brokers, because one process may open some 20,000 files here: each
// publishes once in 10 s. All must be connected and stay it; told are resident memory and CPU time of each process.

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '50000' },
    processes: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
  },
});
const processes = Number(values.processes);
const program = fileURLToPath(new URL('../../../bin/mqtt-stress.js', import.meta.url));

type Told = {
  readonly clients: number;
  readonly connects: number;
  readonly disconnects: Readonly<Record<string, number>>;
  readonly sent: number;
  readonly asked: number;
  readonly residentMiB: number;
  readonly verdict: string;
};

/** Highest resident memory of a process while it lives. */
function watch(pid: number): () => { residentMiB: number } {
  const most = { residentMiB: 0 };
  const look = setInterval(() => {
    try {
      const [, kib = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      most.residentMiB = Math.max(most.residentMiB, Number(kib) / 1024);
    } catch {
      clearInterval(look);
    }
  }, 500);
  return () => {
    clearInterval(look);
    return most;
  };
}

async function one(index: number, directory: string): Promise<Told> {
  const clients = Math.floor((Number(values.clients) + processes - 1 - index) / processes);
  const mosquitto = await startMosquitto();
  const scenario = join(directory, `size-${index}.yaml`);
  const report = join(directory, `size-${index}.json`);
  const text =
    `brokers: [${mosquitto.url}]\nwarmUp: 0s\nduration: ${values.seconds}s\ndrain: 5s\ngroups:\n  many:\n    clients: ${clients}\n` +
    '    connect: { rate: 1500/s, within: 120s, atLeast: 100% }\n    keepAlive: 15s\n    publish: { topic: "t/{index}", rate: 1/10s, qos: 1, payload: 64B }\n';
  writeFileSync(scenario, text);
  try {
    const words = [
      program,
      'run',
      scenario,
      '--no-progress',
      '--allow-invalid',
      '--threads',
      '1',
      '--report',
      `json=${report}`,
      '--quiet',
    ];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const seen = watch(child.pid ?? 0);
    await outputOf(child).catch(() => '');
    const { totals, verdict } = JSON.parse(readFileSync(report, 'utf8'));
    return {
      clients,
      connects: totals.connects.count,
      disconnects: totals.disconnects.by ?? {},
      asked: totals.publishes_due.count,
      sent: totals.messages_sent.count,
      verdict,
      ...seen(),
    };
  } finally {
    await mosquitto.stop();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'mqtt-stress-size-'));
try {
  const told = await Promise.all(Array.from({ length: processes }, (_, index) => one(index, directory)));
  for (const [i, row] of told.entries()) {
    const each = (row.residentMiB * 1024) / row.clients;
    const lost =
      Object.entries(row.disconnects)
        .map(([cause, count]) => `${cause} ${count}`)
        .join(', ') || 'none lost';
    process.stdout.write(
      `process ${i + 1}: ${row.connects} of ${row.clients} connected, ${lost}, ${row.sent} of ${row.asked} publishes sent, ` +
        `${row.residentMiB.toFixed(0)} MiB resident (${each.toFixed(1)} KiB a client), ${row.verdict}\n`,
    );
  }
  const whole = told.every(
    (row) => row.connects === row.clients && Object.keys(row.disconnects).length === 0 && row.sent === row.asked,
  );
  process.exitCode = whole ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true });
}
