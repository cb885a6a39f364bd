import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { measureConnections, measureLag, measureMemory, measureMessages, type Setting } from './measures.ts';
import { build, buildRevision, startSink } from './programs.ts';
import { type Row, table, verdictOf } from './table.ts';
import { type Work, works } from './works.ts';

// npm run bench -- [--pairs 7] [--only TEXT] [--json FILE] [--compare REVISION]
// This program beside a plain C loop, MQTT.js, and another revision of itself; the broker is Mosquitto, or a sink.
// A pair counts only if both made 99.5 % of the rate, steal was under 2 % and nearly every message was a write of its own.

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    only: { type: 'string' },
    json: { type: 'string', default: 'bench.json' },
    compare: { type: 'string' },
  },
});

type Listening = { readonly url: string; readonly port: number; stop(): Promise<void> | void };

async function listen(work: Work, sink: string | undefined): Promise<Listening | undefined> {
  const toSink = work.measure === 'lag' || (work.measure === 'message' && work.broker === 'sink');
  if (!toSink) {
    const mosquitto: Mosquitto = await startMosquitto();
    return mosquitto;
  }
  if (sink === undefined) return undefined;
  const { port, stop } = await startSink(sink);
  return { port, url: `mqtt://127.0.0.1:${port}`, stop };
}

function measure(work: Work, setting: Setting): Promise<Row[]> {
  switch (work.measure) {
    case 'message':
      return measureMessages(work, setting).then((row) => [row]);
    case 'connection':
      return measureConnections(work, setting).then((row) => [row]);
    case 'memory':
      return measureMemory(work, setting).then((row) => [row]);
    case 'lag':
      return measureLag(work, setting);
  }
}

const directory = mkdtempSync(join(tmpdir(), 'mqtt-stress-bench-'));
const floor = build('floor', directory);
const sink = build('sink', directory);
const revision = values.compare === undefined ? undefined : buildRevision(values.compare, directory);
const rows: Row[] = [];
try {
  for (const work of works.filter(({ name }) => values.only === undefined || name.includes(values.only))) {
    const broker = await listen(work, sink);
    if (broker === undefined) {
      process.stderr.write(`${work.name}: left out, there is no C compiler\n`);
      continue;
    }
    const { url, port } = broker;
    try {
      rows.push(
        ...(await measure(work, { url, port, floor, pairs: Number(values.pairs), compared: revision?.subject })),
      );
    } finally {
      await broker.stop();
    }
  }
} finally {
  revision?.remove();
  rmSync(directory, { recursive: true });
}
const machine = `${cpus()[0]?.model.trim() ?? ''}, ${cpus().length} cores, Node ${process.version}`;
process.stdout.write(`minimum - median - maximum; ${machine}, ${new Date().toISOString()}\n\n${table(rows)}\n`);
writeFileSync(values.json, `${JSON.stringify({ machine, at: new Date().toISOString(), rows }, null, 2)}\n`);
if (rows.some((row) => verdictOf(row).startsWith('ABOVE'))) process.exitCode = 1;
