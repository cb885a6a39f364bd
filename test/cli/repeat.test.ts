import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startCli } from '../support/spawn-cli.ts';
import { countWithMosquittoSub } from '../support/witness.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-repeat-'));
const file = (name: string) => join(folder, name);
const password = 'hunter2';

const scenario = file('two-kinds.yaml');
writeFileSync(
  scenario,
  `brokers: [ { url: "mqtt://127.0.0.1:\${PORT}", username: me, password: "\${MQTT_PASSWORD}" } ]
warmUp: 0s
groups:
  bytes:
    clients: 1
    publish: { topic: "m/{index}/{random:1000}", qos: 1, messages: 8, rate: 20/s, payload: 40B }
  words:
    clients: 2
    publish:
      topic: "m/{run}/{hex:4}/{seq}"
      messages: 5
      rate: 10/s
      payload: { text: "{index} {random:100000} {time} {stamp}" }
`,
);
const messages = 4 * 8 + 2 * 5;

describe('a run again', { skip: mosquittoMissing() }, () => {
  let mosquitto: Mosquitto;
  before(async () => {
    mosquitto = await startMosquitto();
  });
  after(async () => {
    await mosquitto.stop();
    rmSync(folder, { recursive: true });
  });

  let runs = 0;
  const env = () => ({ PORT: String(mosquitto.port), MQTT_PASSWORD: password });

  /** What mosquitto_sub got of a run, and the path of its result. */
  async function witnessed(...words: string[]) {
    const lines: string[] = [];
    const subscriber = await countWithMosquittoSub(mosquitto.url, 'm/#', 1, (line) => lines.push(line));
    const path = file(`result-${runs++}.json`);
    const options = ['--no-progress', '--allow-invalid', '--report', `json=${path}`];
    const { code, stderr, stdout } = await startCli(['run', ...words, ...options], env()).ended;
    assert.equal(code, 0, stdout + stderr);
    await subscriber.until(messages);
    await subscriber.stop();
    const text = readFileSync(path, 'utf8');
    assert.ok(!text.includes(password), 'the result holds the password');
    const result = JSON.parse(text) as Result;
    return { path, result, messages: comparable(lines, result.run.id) };
  }

  test('has the topics, payloads and due offsets of the first, by its seed and by --from, on either client', async () => {
    const edits = ['--set', 'groups.bytes.clients=4', '--seed', '99'];
    const first = await witnessed(scenario, ...edits, '--client', 'mqttjs', '--threads', '2');
    assert.equal(first.messages.length, messages);
    assert.equal(new Set(first.messages.map(({ dueUs }) => dueUs)).size > 20, true);

    const seeded = await witnessed(scenario, ...edits, '--threads', '1');
    assert.deepEqual(seeded.messages, first.messages);
    assert.notEqual(seeded.result.run.id, first.result.run.id);

    const again = await witnessed('--from', first.path);
    assert.deepEqual(again.messages, first.messages);
    const settings = ({ run: { seed, client, threads, name } }: Result) => ({ seed, client, threads, name });
    assert.deepEqual(settings(again.result), settings(first.result));
    assert.deepEqual(settings(first.result), { seed: 99, client: 'mqttjs', threads: 2, name: 'two-kinds' });
    assert.deepEqual(again.result.run.scenario.asRun, first.result.run.scenario.asRun);

    const other = await witnessed('--from', first.path, '--seed', '100', '--client', 'wire', '--threads', '0');
    assert.deepEqual(settings(other.result), { seed: 100, client: 'wire', threads: 0, name: 'two-kinds' });
    assert.notDeepEqual(other.messages, first.messages);
    assert.deepEqual(
      other.messages.map(({ dueUs }) => dueUs),
      first.messages.map(({ dueUs }) => dueUs),
    );

    const lacking = await startCli(['run', '--from', first.path], { PORT: '1' }).ended;
    assert.equal(lacking.code, 2);
    assert.match(
      lacking.stderr,
      /^the scenario in \S+:\d+:\d+: the scenario needs the environment variable\s+MQTT_PASS/,
    );
  });

  test('asks again for a password that was typed, and takes it from --set or --broker', async () => {
    const url = `mqtt://me:${password}@127.0.0.1:${mosquitto.port}`;
    const edits = ['--broker', url, '--set', 'groups.bytes.clients=4', '--seed', '5'];
    const first = await witnessed(scenario, ...edits);
    const lacking = await startCli(['run', '--from', first.path]).ended;
    assert.equal(lacking.code, 2);
    assert.match(lacking.stderr, /brokers\.0\.password was a secret, which no result holds/);
    for (const given of [
      ['--set', `brokers.0.password=${password}`],
      ['--broker', url],
    ]) {
      const { messages } = await witnessed('--from', first.path, ...given);
      assert.deepEqual(messages, first.messages);
    }
  });
});

type Comparable = {
  readonly topic: string;
  readonly stream: number;
  readonly sequence: number;
  readonly dueUs: number;
  readonly payload: string;
};

/** Without what differs from run to run: {run}, {time}, and of the stamp its tag and lag; due times from the first one on. */
function comparable(lines: readonly string[], run: string): Comparable[] {
  const read = lines.map((line) => {
    const [topic = '', hex = ''] = line.split(' ');
    const bytes = Buffer.from(hex, 'hex');
    const words = bytes.toString('latin1').split(' ');
    const isText = topic.includes(run);
    const stamp = isText ? Buffer.from(words[3] ?? '', 'hex') : bytes;
    return {
      topic: topic.replace(run, 'RUN'),
      stream: stamp.readUIntBE(5, 3),
      sequence: stamp.readUInt32BE(8),
      dueUs: stamp.readUInt32BE(12),
      payload: isText ? words.slice(0, 2).join(' ') : bytes.toString('hex', 16),
    };
  });
  // Due times wrap around at 2^32.
  const origin = read[0]?.dueUs ?? 0;
  const offset = (dueUs: number) => (dueUs - origin) | 0;
  const first = Math.min(...read.map(({ dueUs }) => offset(dueUs)));
  return read
    .map((message) => ({ ...message, dueUs: offset(message.dueUs) - first }))
    .sort((one, other) => one.stream - other.stream || one.sequence - other.sequence);
}
