import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { type DelayProxy, startDelayProxy } from '../support/delay-proxy.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startCli } from '../support/spawn-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-compare-'));
writeFileSync(
  join(folder, 'load.yaml'),
  `warmUp: 0s
duration: 500ms
groups:
  pubs: { clients: 5, publish: { topic: "t/{index}", qos: 1, rate: 40/s } }
  subs: { subscribe: { topic: "t/+", qos: 1 } }
compare: [ "delivery_time p(50) <= +50% (min 4ms)", "messages_received rate >= -50%" ]
`,
);
const addedMs = 10;
const cli = (...words: string[]) =>
  startCli(words[0] === 'run' ? [...words, '--threads', '0'] : words, {}, folder).ended;
const read = (name: string): Result => JSON.parse(readFileSync(join(folder, name), 'utf8'));

describe('a broker beside another', { skip: mosquittoMissing() }, () => {
  let mosquitto: Mosquitto;
  let slower: DelayProxy;
  before(async () => {
    mosquitto = await startMosquitto();
    slower = await startDelayProxy(mosquitto.port, { ms: addedMs }, { ms: addedMs });
  });
  after(async () => {
    await slower.stop();
    await mosquitto.stop();
    rmSync(folder, { recursive: true });
  });

  test('is worse where it is slower: runs made in turn end with 98, and the last result says so', async () => {
    const sides = ['--broker', slower.url, '--base-broker', mosquitto.url];
    const ended = await cli(
      'run',
      'load.yaml',
      ...sides,
      '--report',
      'json=out.json',
      '--no-progress',
      '--allow-invalid',
    );
    assert.equal(ended.code, 98, ended.stdout + ended.stderr);
    const files = [1, 2, 3, 4, 5].flatMap((n) => [`out-${n}.json`, `out-base-${n}.json`]);
    assert.deepEqual(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort(),
      files.sort(),
    );
    const last = read('out-5.json');
    assert.deepEqual([last.verdict, last.exitCode, last.comparison?.alternated], ['failed', 98, true]);
    const [worst] = last.comparison?.rules ?? [];
    assert.deepEqual([worst?.metric, worst?.answer], ['delivery_time', 'worse']);
    // Each way is slower by so much, and all else is alike.
    const added = (worst?.new ?? 0) - (worst?.base ?? 0);
    assert.ok(added > 2 * addedMs - 5 && added < 2 * addedMs + 30, `${added} ms more`);
    assert.match(ended.stdout, /^base 1\/5 {2}.*\nrun 1\/5 {2}.*\nrun 2\/5 {2}.*\nbase 2\/5 {2}/m);
    assert.match(ended.stdout, /✗ worse than the baseline: delivery_time p\(50\) worse by [\d,]+ % \(95 % interval/);
  });

  test('is not worse than itself: new runs beside the stored ones pass', async () => {
    const base = [1, 2, 3, 4, 5].map((n) => `out-base-${n}.json`);
    const words = ['--repeat', '5', '--no-progress', '--allow-invalid', '--report', 'json=again.json'];
    const ended = await cli('run', 'load.yaml', '--broker', mosquitto.url, ...words, '--baseline', ...base);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /\n✓ not worse than the baseline\n$/);
    assert.deepEqual(read('again-5.json').comparison?.warnings, []);
    const again = [1, 2, 3, 4, 5].map((n) => `again-${n}.json`);
    const compared = await cli('compare', '--json', '--allow-invalid', ...base, '--', ...again);
    assert.deepEqual([compared.code, JSON.parse(compared.stdout).method], [0, 'runs']);
    const slow = await cli(
      'compare',
      '--allow-invalid',
      ...again,
      '--',
      'out-1.json',
      'out-2.json',
      'out-3.json',
      'out-4.json',
      'out-5.json',
    );
    assert.equal(slow.code, 98);
    assert.match(slow.stdout, /the broker differs|✗ delivery_time/);
  });
});
