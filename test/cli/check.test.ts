import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-check-'));
after(() => rmSync(folder, { recursive: true }));

function mqttStress(...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { code: status, out: stdout, err: stderr };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('mqtt-stress check', () => {
  it('prints the plan of a bundled scenario and exits 0', () => {
    const { code, out, err } = mqttStress('check', 'quick-start');
    assert.equal(err, '');
    assert.equal(code, 0);
    assert.match(out, /^Quick start\n/);
    assert.match(out, /Group devices: 200 clients/);
    assert.ok(out.split('\n').every((line) => line.length <= 100));
  });

  it('tells all problems of a file on stderr and exits 2', () => {
    const path = file('wrong.yaml', 'groups:\n  a:\n    clients: ten\n    publish: { topic: "a/{foo}" }\n');
    const { code, out, err } = mqttStress('check', path);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.ok(err.startsWith(`${path}:3:14: clients must be a whole number`), err);
    assert.ok(err.includes(`${path}:4:23: topic must have only fields that exist: {foo} does not`), err);
  });

  it('takes --set, --broker, --duration, --seed and --env-file', () => {
    const path = file('env.yaml', 'groups: { a: { clients: 2, publish: { topic: "${TOPIC}" } } }\n');
    const env = file('mine.env', 'TOPIC=from/file\n');
    const more = [
      '--env-file',
      env,
      '--set',
      'groups.a.clients=3',
      '--broker',
      'mqtt://me:secret@h:7',
      '--duration',
      '4s',
      '--seed',
      '5',
    ];
    const { code, out, err } = mqttStress('check', path, ...more);
    assert.equal(err, '');
    assert.equal(code, 0);
    for (const part of [/Group a: 3 clients/, /from\/file/, /mqtt:\/\/h:7, as user me/, /measured +4s/])
      assert.match(out, part);
    assert.doesNotMatch(out, /secret/);
  });

  it('takes --client and --threads, which decide what the machine must have', () => {
    const demand = (...words: string[]) => {
      const { code, out, err } = mqttStress('check', 'quick-start', ...words);
      assert.deepEqual([code, err], [0, '']);
      const [, files] = /open files +(\d+) of/.exec(out) ?? [];
      const [, mib] = /memory +about ([\d.]+)MiB/.exec(out) ?? [];
      return { files: Number(files), mib: Number(mib), out };
    };
    const [one, three] = [demand(), demand('--threads', '3', '--client', 'mqttjs')];
    assert.match(three.out, /load threads +3: asked for/);
    assert.ok(
      one.files < three.files && one.mib * 1.3 < three.mib,
      `${one.files} ${one.mib} ${three.files} ${three.mib}`,
    );
    assert.match(
      mqttStress('check', 'quick-start', '--client', 'wired').err,
      /--client: must be one of wire, mqttjs.*did you mean wire\?/s,
    );
    assert.match(mqttStress('check', 'quick-start', '--threads', 'two').err, /--threads two: must be auto, or a whole/);
  });

  it('exits 2 for --set of a group that is not there', () => {
    const { code, err } = mqttStress('check', 'quick-start', '--set', 'groups.device.clients=30');
    assert.equal(code, 2);
    assert.match(
      err,
      /--set groups\.device\.clients=30: must name a group that exists.*did you mean groups\.devices\?/s,
    );
  });

  it('exits 2 where the machine does not allow it, with the key that helps', () => {
    const { code, err } = mqttStress('check', 'fan-out', '--set', 'groups.subscribers.clients=9000000');
    assert.equal(code, 2);
    assert.match(err, /groups need .*lower clients/s);
  });

  it('exits 2 for a seed or a file that is none', () => {
    assert.match(mqttStress('check', 'quick-start', '--seed', 'x').err, /--seed x: must be a whole number/);
    const missing = mqttStress('check', 'nothing-here');
    assert.equal(missing.code, 2);
    assert.match(missing.err, /bundled scenarios: /);
  });
});

describe('mqtt-stress schema', () => {
  it('prints what schema/scenario.schema.json holds', () => {
    const { code, out } = mqttStress('schema');
    assert.equal(code, 0);
    assert.equal(out, readFileSync(new URL('../../../schema/scenario.schema.json', import.meta.url), 'utf8'));
  });
});
