import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Authority, opensslMissing, tlsListener } from '../support/certificates.ts';
import * as foreign from '../support/foreign-servers.ts';
import { freePort } from '../support/free-port.ts';
import { findProgram, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { cli, startCli } from '../support/spawn-cli.ts';
import { waitFor } from '../support/wait-for.ts';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-beginners-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const scenario = join(folder, 'first.yaml');
writeFileSync(
  scenario,
  `warmUp: 0s
duration: 1s
groups:
  both:
    clients: 5
    connect: { timeout: 700ms, within: 4s }
    reconnect: { after: 300ms }
    publish: { topic: "t/{run}/{index}", qos: 1, rate: 2/s }
    subscribe: { topic: "t/{run}/{index}" }
`,
);
const first = (...more: string[]) => ['run', scenario, '--allow-invalid', '--threads', '0', ...more];
const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ');

/** What is told: by the live lines while it can still be mended, by the report, and by --quiet in its one line. */
async function tells(url: string, cause: string, advice: string, ...more: string[]): Promise<void> {
  const { code, stdout, stderr } = await cli(...first('--broker', url, ...more));
  const shown = url.replace(/\/\/.*@/, '//');
  const sentence = new RegExp(`${shown}: ${cause}, [0-9]+ times?\\. .*${advice}`);
  assert.match(inOneLine(stdout), sentence);
  assert.match(inOneLine(stderr), sentence);
  assert.match(stdout, /^✗ NOT STARTED {2}first\n/);
  assert.doesNotMatch(stdout + stderr, /\n +at |a bug of/);
  assert.equal(code, 3);
}

/** The same for both clients, while the server lives. */
async function bothTell(server: foreign.Foreign, cause: string, advice: string): Promise<void> {
  try {
    await Promise.all(['wire', 'mqttjs'].map((client) => tells(server.url, cause, advice, '--client', client)));
  } finally {
    await server.stop();
  }
}

describe('a beginner is told where, what, and what to do', { concurrency: 3 }, () => {
  test('when no broker runs', async () => {
    await tells(`mqtt://127.0.0.1:${await freePort()}`, 'connection_refused', 'is the broker running');
  });

  test('when something listens on the port that says nothing', async () => {
    await bothTell(await foreign.startSilent(), 'connack_timeout', 'is this the port of an MQTT broker\\?');
  });

  test('when it is the port of SSH', async () => {
    await bothTell(
      await foreign.startGreeting('SSH-2.0-OpenSSH_9.2p1\r\n'),
      'ssh_server',
      'An SSH server answers there',
    );
  });

  test('when it is a TLS port that says so', async () => {
    const alert = Uint8Array.of(0x15, 3, 3, 0, 2, 2, 70);
    await bothTell(await foreign.startAnswering(alert), 'tls_expected', 'This is a TLS port: use mqtts://');
  });

  test('when it is the TLS port of a Mosquitto, which only ends the connection', {
    skip: mosquittoMissing() || opensslMissing(),
  }, async (t) => {
    const port = await freePort();
    const authority = new Authority();
    t.after(() => authority.remove());
    const certificate = authority.sign('broker', ['IP:127.0.0.1']);
    const mosquitto = await startMosquitto({ listeners: [tlsListener(port, certificate)] });
    const server = { url: `mqtt://127.0.0.1:${port}`, stop: () => mosquitto.stop() };
    await bothTell(server, 'connection_(reset|closed)', 'this looks like a TLS port, so use mqtts://');
  });

  test('when a web server answers', async () => {
    await bothTell(await foreign.startHttp(), 'http_server', 'not an MQTT broker.* For MQTT over WebSocket use ws://');
  });

  test('when the password is wrong', { skip: mosquittoMissing() }, async (t) => {
    const program = findProgram('mosquitto_passwd');
    if (program === undefined) return t.skip('mosquitto_passwd is not installed');
    const file = join(folder, 'passwords');
    execFileSync(program, ['-b', '-c', file, 'me', 'right'], { stdio: 'ignore' });
    const mosquitto = await startMosquitto({ lines: ['allow_anonymous false', `password_file ${file}`] });
    t.after(() => mosquitto.stop());
    const url = (password: string) => mosquitto.url.replace('//', `//me:${password}@`);
    await tells(url('wrong'), '(not_authorized|bad_user_name_or_password)', 'right username and password');
    const { code, stdout, stderr } = await cli(...first('--broker', url('right'), '--quiet'));
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^✓ PASSED [^\n]*\n$/);
    assert.equal(stderr, '');
  });

  test('when a firewall swallows what is sent', async () => {
    await bothTell(await foreign.startDropping(), 'connect_timeout', 'a firewall may drop the packets');
  });

  test('when the name does not exist', async () => {
    await tells('mqtt://no-such-host.invalid:1883', 'name_not_found', 'is it spelled correctly\\?');
  });

  test('when the embedded broker is asked for MQTT 5', async () => {
    const { code, stderr } = await cli(...first('--set', 'groups.both.protocol=5'));
    assert.equal(code, 2);
    assert.match(
      inOneLine(stderr),
      /embedded broker, which does not speak MQTT 5.*--broker mqtt:.*or use protocol: 3\.1\.1/,
    );
  });
});

/** Why the limit of a process cannot be lowered, nor a broker be asked; false: they can. */
function noPrlimit(): string | false {
  return mosquittoMissing() || (spawnSync('prlimit', ['--version']).status === 0 ? false : 'prlimit is not installed');
}

/** The command line in a shell that first runs this. */
async function inShell(before: string, args: readonly string[]) {
  const child = spawn('sh', ['-c', `${before} && exec "$0" "$@"`, process.execPath, main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, text: inOneLine(text) };
}

describe('a machine that does not allow enough', { skip: process.platform !== 'linux', concurrency: 3 }, () => {
  test('open files is found before the run, with the command', async () => {
    // Node opens about a hundred of this program's own files at once.
    const { code, text } = await inShell('ulimit -n 180', first('--set', 'groups.both.clients=170'));
    assert.equal(code, 2);
    assert.match(text, /need (\d+) open files .* may have 180 .*ulimit -n \1/);
  });

  test('open files is told where not even this program can be read', async () => {
    const { code, text } = await inShell('ulimit -n 60', first());
    assert.equal(code, 2);
    assert.match(text, /too few files.* ulimit -n/);
    assert.doesNotMatch(text, /a bug of/);
  });

  const unshare = findProgram('unshare') ?? 'unshare';
  const alone = spawnSync(unshare, ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
  test('source ports is told during the run', { skip: alone ? false : 'needs a network namespace' }, async () => {
    // One of the twelve ports is where the embedded broker listens.
    const range = 'ip link set lo up && echo "40000 40011" > /proc/sys/net/ipv4/ip_local_port_range';
    const args = first('--set', 'groups.both.clients=12', '--set', 'groups.both.connect.atLeast=100%');
    const inside = ['-n', 'sh', '-c', `${range} && exec "$0" "$@"`, process.execPath, main, ...args];
    const { status, stdout, stderr } = spawnSync(unshare, inside, { encoding: 'utf8', timeout: 30_000 });
    assert.equal(status, 3, stdout + stderr);
    assert.match(inOneLine(stdout), /out_of_ports, \d+ times?\. .*no source port left.*ip_local_port_range/);
  });
});

// By itself: others wait for programs without letting this process run.
test('too many open files are told during the run, where the limit is lowered meanwhile', {
  skip: noPrlimit(),
}, async (t) => {
  const mosquitto = await startMosquitto();
  t.after(() => mosquitto.stop());
  const slow = ['rate=50/s', 'atLeast=100%'].flatMap((one) => ['--set', `groups.both.connect.${one}`]);
  const proxy = await startProxy(mosquitto.port, 0);
  t.after(() => proxy.stop());
  const args = first('--broker', proxy.url, '--set', 'groups.both.clients=200', ...slow);
  const { child, ended } = startCli(args);
  await waitFor(() => proxy.connections > 5, 'the first connections');
  execFileSync('prlimit', ['--pid', String(child.pid), '--nofile=60:60']);
  const { code, stdout, stderr } = await ended;
  assert.notEqual(code, 0);
  const told = inOneLine(stdout + stderr);
  assert.match(told, new RegExp(`${proxy.url}: too_many_files, \\d+ times\\. .*raise the limit with "ulimit -n`));
});

test('who stops the waiting with Ctrl-C gets a report that says why it was in vain', async () => {
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  const running = startCli(first('--broker', url, '--set', 'groups.both.connect.within=50s'));
  await running.said(/Nothing listens there/);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130);
  assert.match(inOneLine(stdout), new RegExp(`ABORTED .*${url}: connection_refused, .* is the broker running`));
});

test('what could not start is one line with --quiet, what to do included', async () => {
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  const { code, stdout, stderr } = await cli(...first('--broker', url, '--quiet'));
  assert.deepEqual([code, stderr], [3, '']);
  assert.match(
    stdout,
    new RegExp(`^✗ NOT STARTED first: [^\\n]*${url}: connection_refused[^\\n]*is the broker running[^\\n]*\\n$`),
  );
});
