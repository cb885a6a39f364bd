import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Result } from '../../src/verdict/result.ts';
import { freePort } from '../support/free-port.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { cli, startCli } from '../support/spawn-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** 10 clients publish 20 messages a second in total, each to itself. What the machine is busy with is not judged here. */
const scenario = join(folder, 'small.yaml');
writeFileSync(
  scenario,
  `warmUp: 0s
duration: 1s
groups:
  both:
    clients: 10
    connect: { within: 3s }
    publish: { topic: "t/{index}", qos: 1, rate: 2/s }
    subscribe: { topic: "t/{index}", qos: 1 }
`,
);
const small = (...more: string[]) => ['run', scenario, '--allow-invalid', ...more];

describe('a run', () => {
  it('of quick-start, shortened, passes, reports on stdout and writes the result file', async () => {
    const file = join(folder, 'out.json');
    const { code, stdout, stderr } = await cli(
      ...['run', 'quick-start', '--duration', '2s', '--allow-invalid', '--report', `json=${file}`],
    );
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /^✓ PASSED {2}Quick start · 2s measured · 204 clients/);
    assert.match(stderr, /^Quick start: 204 clients on the embedded broker, 1s warm-up, 2s measured\nconnecting /);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
    const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
    assert.deepEqual([result.schema, result.verdict, result.exitCode], ['mqtt-stress/result/1', 'passed', 0]);
    assert.equal(result.totals.messages_sent.count, 400);
    assert.equal(result.totals.deliveries_expected.count, result.totals.deliveries_made.count);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  for (const threads of ['0', '2']) {
    it(`with --threads ${threads} counts every message`, async () => {
      const { code, stdout } = await cli(...small('--threads', threads, '--report', 'json', '--no-progress'));
      const result = JSON.parse(stdout) as Result;
      assert.deepEqual([code, result.run.threads], [0, Number(threads)]);
      assert.deepEqual([result.totals.messages_sent.count, result.totals.deliveries_made.count], [20, 20]);
    });
  }

  it('writes nothing but the report to stdout and nothing to stderr with --no-progress', async () => {
    const { stdout, stderr } = await cli(...small('--no-progress', '--client', 'mqttjs'));
    assert.match(stdout, /^✓ PASSED/);
    assert.match(stdout, /client mqttjs/);
    assert.equal(stderr, '');
  });

  it('says the verdict in one line with --quiet', async () => {
    const { code, stdout, stderr } = await cli(...small('--quiet'));
    assert.equal(code, 0);
    assert.match(stdout, /^✓ PASSED small: 10 clients, sent \d\d\/s, [^\n]*\n$/);
    assert.equal(stderr, '');
  });

  it('gives stdout to the report that is asked for, with --quiet too', async () => {
    const { stdout, stderr } = await cli(...small('--quiet', '--report', 'json'));
    assert.deepEqual([(JSON.parse(stdout) as Result).verdict, stderr], ['passed', '']);
  });

  it('tells its phases as JSON lines on stderr with --log-level info', async () => {
    // Slowly enough for the first phase to be seen.
    const slowly = ['--set', 'groups.both.connect.rate=20/s'];
    const { stderr } = await cli(...small('--no-progress', '--log-level', 'info', ...slowly));
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { phase?: string });
    assert.deepEqual(
      lines.flatMap(({ phase }) => phase ?? []),
      ['connecting', 'ready', 'measuring', 'draining', 'ended'],
    );
  });

  it('exits with 99 where a threshold fails', async () => {
    const { code, stdout } = await cli(...small('--quiet', '--set', 'thresholds.messages_sent=count > 1000'));
    assert.equal(code, 99);
    assert.match(stdout, /^✗ FAILED small: messages_sent: count > 1000, but it was 20\.\n$/);
  });

  it('exits with 3 where nobody listens, and says so', async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const { code, stdout } = await cli(
      ...small('--no-progress', '--broker', url, '--set', 'groups.both.connect.within=1s'),
    );
    assert.equal(code, 3);
    assert.match(stdout, /^✗ NOT STARTED {2}small\n {2}· Group both: 0 of 10 clients connected within 1s/);
    assert.match(
      stdout.replaceAll(/\s+/g, ' '),
      new RegExp(`${url}: connection_refused, \\d+ times\\. .*is the broker running`),
    );
  });

  it('shows no password, wherever it came from', async () => {
    const url = `mqtt://me:geheim@127.0.0.1:${await freePort()}`;
    const args = small('--report', 'json', '--broker', url, '--set', 'groups.both.connect.within=1s');
    const { stdout, stderr } = await cli(...args);
    assert.match((JSON.parse(stdout) as Result).run.commandLine, /--broker mqtt:\/\/me:\*{4}@127/);
    assert.doesNotMatch(stdout + stderr, /geheim/);
  });

  it('leaves pipes and links what they are: a report goes where they lead', async () => {
    const at = (name: string) => join(folder, name);
    execFileSync('mkfifo', [at('pipe')]);
    writeFileSync(at('target.json'), 'old');
    symlinkSync('target.json', at('link.json'));
    symlinkSync(at('link.json'), at('second.json'));
    symlinkSync('fresh.json', at('dangling.json'));
    const piped = promisify(execFile)('cat', [at('pipe')]);
    const places = ['pipe', 'second.json', 'dangling.json'].flatMap((name) => ['--report', `json=${at(name)}`]);
    const { code, stdout, stderr } = await cli(...small('--no-progress', ...places, '--report', 'json=/dev/stdout'));
    assert.equal(code, 0, stderr);
    for (const text of [stdout, (await piped).stdout, readFileSync(at('target.json'), 'utf8')])
      assert.equal((JSON.parse(text) as Result).verdict, 'passed');
    assert.ok(lstatSync(at('pipe')).isFIFO());
    for (const link of ['link.json', 'second.json', 'dangling.json']) assert.ok(lstatSync(at(link)).isSymbolicLink());
    assert.ok(lstatSync(at('fresh.json')).isFile());
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('tells of a stdout that is full, and exits with 2', async () => {
    const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
    const commands = [
      ['list'],
      small('--no-progress'),
      small('--quiet', '--set', 'thresholds.messages_sent=count > 99'),
    ];
    for (const [i, args] of commands.entries()) {
      const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });
      const told: string[] = [];
      child.stderr?.on('data', (chunk: Buffer) => told.push(chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      assert.deepEqual(
        [code, told.join('')],
        [i < 2 ? 2 : 99, 'stdout cannot be written: ENOSPC: no space left on device\n'],
      );
    }
  });

  it('survives a reader of stdout that leaves', async () => {
    const running = startCli(small());
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /EPIPE|\n +at /);
  });
});

describe('a run that is stopped', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`by ${signal} drains, reports, and exits with ${code}`, async () => {
      const file = join(folder, `${signal}.json`);
      const running = startCli(small('--duration', '40s', '--report', `json=${file}`));
      await running.said(/measuring/);
      running.child.kill(signal);
      const ended = await running.ended;
      assert.equal(ended.code, code);
      assert.match(ended.stderr, new RegExp(`${signal}: the load stops`));
      assert.match(ended.stdout, new RegExp(`^! ABORTED [^·]*·[^]*\\n {2}· Stopped by ${signal} after`));
      const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
      assert.equal(result.verdict, 'aborted');
      assert.equal(result.totals.messages_lost.count, 0);
    });
  }

  it('while connecting exits with 130 too', async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const running = startCli(small('--broker', url, '--set', 'groups.both.connect.within=50s'));
    await running.said(/connecting/);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    assert.equal(code, 130);
    assert.match(stdout, /^! ABORTED.*\n {2}· Stopped by SIGINT before anything was measured/);
  });

  it('twice says what stays on the broker', { skip: mosquittoMissing() }, async (t) => {
    const mosquitto = await startMosquitto();
    t.after(() => mosquitto.stop());
    const kept = ['--broker', mosquitto.url, '--set', 'groups.both.session={ expiry: 1h }'];
    const running = startCli(small('--duration', '40s', ...kept));
    await running.said(/measuring/);
    // Nothing is acknowledged any more, so that the run waits.
    mosquitto.pause();
    running.child.kill('SIGINT');
    await running.said(/SIGINT/);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 130);
    assert.match(
      stderr.replaceAll(/\s+/g, ' '),
      /Left at once; what stays, as of the last second: both: \d+ sessions remain on the broker, they could not be removed/,
    );
  });

  it('twice leaves at once, and leaves no half-written report', async () => {
    const running = startCli(small('--duration', '40s', '--report', `json=${join(folder, 'never.json')}`));
    await running.said(/measuring/);
    running.child.kill('SIGINT');
    await running.said(/SIGINT/);
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    assert.equal(code, 130);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('never')),
      [],
    );
  });
});
