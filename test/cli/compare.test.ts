import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { resultOf } from '../support/compared.ts';
import { startCli } from '../support/spawn-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-compared-'));
after(() => rmSync(folder, { recursive: true }));
const cli = (...words: string[]) => startCli(words, {}, folder).ended;

const saved = (name: string, deliveryP99: number) => {
  writeFileSync(join(folder, name), JSON.stringify(resultOf({ deliveryP99 })));
  return name;
};
const base = [20, 20.5, 19.8, 20.2, 21].map((ms, i) => saved(`base-${i}.json`, ms));
const slow = [25, 26, 24.6, 25.4, 25.1].map((ms, i) => saved(`slow-${i}.json`, ms));
const alike = [20.1, 20.4, 19.9, 20.9, 20.3].map((ms, i) => saved(`alike-${i}.json`, ms));
writeFileSync(join(folder, 'load.yaml'), 'groups: { a: { clients: 1 } }\n');
writeFileSync(
  join(folder, 'short.yaml'),
  `warmUp: 0s
duration: 300ms
groups: { a: { clients: 2, publish: { topic: t, qos: 1, rate: 20/s }, subscribe: { topic: t } } }
`,
);

describe('mqtt-stress compare', { concurrency: 2 }, () => {
  test('tells rule by rule, the worst first, and ends with 98 where something is worse', async () => {
    const { code, stdout } = await cli('compare', ...base, '--', ...slow);
    assert.equal(code, 98);
    const lines = stdout.split('\n');
    assert.match(lines[0] ?? '', /^Compared +base +new +change$/);
    assert.match(lines[1] ?? '', /^ {2}5 runs beside 5 of the base; rules by default$/);
    assert.match(stdout, /✗ delivery_time p\(99\) <= \+15% \(min 2ms\) +20\.2ms +25\.1ms +\+24 % \(20 to 29\)/);
    assert.match(stdout, /\n {6}worse by 24 % \(95 % interval 20 to 29\)\n/);
    assert.match(stdout, /✓ messages_received rate >= -5% +100\/s +100\/s +0 %/);
    assert.match(stdout, /\n✗ worse than the baseline: /);
    assert.ok(lines.every((line) => line.length <= 100));
  });

  test('ends with 0 where nothing is, with 4 where nothing can be told', async () => {
    const same = await cli('compare', ...base, '--', ...alike);
    assert.deepEqual([same.code, same.stdout.split('\n').at(-2)], [0, '✓ not worse than the baseline']);
    const few = await cli('compare', 'base-0.json', 'slow-0.json');
    assert.equal(few.code, 4);
    assert.match(
      few.stdout,
      /Nothing could be compared with the baseline: too little data: use --repeat 5, for the base too\./,
    );
  });

  test('tells a step of GitHub Actions in its places, unasked, and fails by none of them', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'summary.md', GITHUB_OUTPUT: 'outputs.txt' };
    const { code, stdout, stderr } = await startCli(['compare', ...base, '--', ...slow], env, folder).ended;
    assert.equal(code, 98, stdout + stderr);
    assert.match(
      stderr,
      /^::error title=mqtt-stress[^:]*::Compared with the baseline, delivery_time is worse by 24 %25/,
    );
    assert.match(readFileSync(join(folder, 'summary.md'), 'utf8'), /\| 20\.2ms \| 25\.1ms \| worse by 24 % /);
    assert.match(readFileSync(join(folder, 'outputs.txt'), 'utf8'), /^comparison<<\S+\nworse\n/m);
    const nowhere = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '', GITHUB_OUTPUT: '' };
    const passed = await startCli(['compare', ...base, '--', ...alike], nowhere, folder).ended;
    assert.deepEqual([passed.code, /GITHUB_STEP_SUMMARY is not set/.test(passed.stderr)], [0, true]);
  });

  test('gives programs the same as JSON, by rules of the command line', async () => {
    const { code, stdout } = await cli(
      'compare',
      '--json',
      '--rule',
      'delivery_time p(99) <= +50%',
      ...base,
      '--',
      ...slow,
    );
    const { rules, method, passed } = JSON.parse(stdout);
    assert.deepEqual([code, method, passed, rules.length, rules[0].answer], [0, 'runs', true, 1, 'within']);
    assert.deepEqual([rules[0].base, rules[0].new, rules[0].byDefault], [20.2, 25.1, false]);
  });

  test('reads results of versions that kept no seconds', async () => {
    const first = new URL('../../../test/support/results/first.json', import.meta.url);
    copyFileSync(first, join(folder, 'first.json'));
    const { code, stdout } = await cli('compare', 'first.json', 'slow-0.json');
    assert.equal(code, 4, stdout);
    assert.match(stdout, /too little data: use --repeat 5, for the base too/);
  });

  test('runs beside stored results: the report and the result have the comparison', async () => {
    const quick = ['--allow-invalid', '--no-progress', '--threads', '0'];
    const { code, stdout } = await cli(
      'run',
      'short.yaml',
      ...quick,
      '--report',
      'json=one.json',
      '--baseline',
      ...base,
    );
    const { comparison, exitCode, slices, verdict } = JSON.parse(
      readFileSync(join(folder, 'one.json'), 'utf8'),
    ) as Result;
    assert.deepEqual([code, comparison?.method, comparison?.base.length], [4, 'seconds', 5], stdout);
    // The run is good: later it can be compared.
    assert.deepEqual([verdict, exitCode], ['passed', 0]);
    assert.match(
      stdout,
      /^✓ PASSED .*\n(?: .*\n)* {2}! Nothing could be compared with the baseline: (?:.*\n)*? .*the\s+exit\s+code\s+is\s+4\.\n/,
    );
    assert.deepEqual(comparison?.base[0]?.file, 'base-0.json');
    assert.match(stdout, /\nCompared .*\n {2}1 run beside 5 of the base, second by second: /);
    assert.match(stdout, /the load differs: sha256 [0-9a-f]{12} in the base, sha256 [0-9a-f]{12} in the new runs\./);
    assert.equal(slices?.times.delivery_time?.length, 1);
  });

  test('calls a run that is left out by what its line begins with', async () => {
    const quick = ['--allow-invalid', '--no-progress', '--threads', '0', '--repeat', '1'];
    const stopped = 'thresholds.messages_sent={ expect: count < 1, abortOnFail: true }';
    const { stdout } = await cli('run', 'short.yaml', ...quick, '--base-set', stopped, '--base-set', 'duration=9s');
    assert.match(stdout, /^base 1\/1 {2}✗ FAILED/m);
    assert.match(stdout, /base 1\/1 is left out: a threshold stopped the run/);
  });

  test('runs several times, each with a tag and a file of its own, and tells how they differ', async () => {
    const quick = ['--allow-invalid', '--no-progress', '--threads', '0', '--seed', '7'];
    const { code, stdout } = await cli('run', 'short.yaml', ...quick, '--repeat', '2', '--report', 'json=two.json');
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /^run 1\/2 {2}✓ PASSED .*\nrun 2\/2 {2}✓ PASSED .*\n\n2 runs +median +lowest +highest\n {2}delivery_time p\(50\) /,
    );
    const [one, two] = [1, 2].map((n) => JSON.parse(readFileSync(join(folder, `two-${n}.json`), 'utf8')) as Result);
    assert.notEqual(one?.run.id, two?.run.id);
    assert.deepEqual([one?.run.seed, two?.run.seed], [7, 7]);
    assert.deepEqual(one?.run.fingerprint, two?.run.fingerprint);
  });

  const wrong: readonly [string[], RegExp][] = [
    [
      ['compare', 'base-0.json'],
      /must be given results of both sides, with -- between them\n.*base-\*\.json -- new-\*\.json/,
    ],
    [['compare', ...base], /must be given results of both sides/],
    [['compare', ...base, '--'], /must be given results of both sides/],
    [['compare', 'base-0.json', '--', 'slow-0.json', '--json'], /--json must stand before the files/],
    [['compare', 'base-0.json', 'base-0.json'], /base-0\.json and base-0\.json are results of the same run/],
    [['compare', 'base-0.json', 'none.json'], /there is no result none\.json/],
    [
      ['compare', '--rule', 'delivery_tme p(99) <= 5%', 'base-0.json', 'slow-0.json'],
      /\(at "delivery_tme"\): must be a metric\ndid you mean delivery_time\?/,
    ],
    [
      ['compare', '--rule', 'delivery_time{group=gg} p(99) <= 5%', 'base-0.json', 'slow-0.json'],
      /must name a group of these\s+results: gg is none\ndid you mean g\?/,
    ],
    [
      ['run', 'load.yaml', '--baseline', 'base-0.json', '--rule', 'delivery_time{group=g} p(99) <= 5%'],
      /must name a group of the\s+scenario: g is none\ndid you mean a\?/,
    ],
    [
      ['run', 'load.yaml', '--rule', 'delivery_time p(99) <= 5%'],
      /--rule says what may be worse than a baseline, and there is none\n.*--baseline/,
    ],
    [['run', 'load.yaml', '--repeat', '0'], /--repeat 0: must be a whole number from 1 to 100/],
    [
      ['run', 'load.yaml', '--repeat', '2', '--report', 'json'],
      /2 runs would put as many results on stdout.*\n.*json=out\.json writes out-1\.json/,
    ],
    [
      ['run', 'load.yaml', '--baseline', 'base-0.json', '--base-set', 'warmUp=0'],
      /--baseline names runs that were made before/,
    ],
    [['run', '--baseline', 'base-0.json', 'load.yaml'], /it is not JSON|is load\.yaml the scenario\?/],
    [
      ['run', 'load.yaml', '--base-set', 'groups.b.clients=2'],
      /as the base, with --base-set:\n.*must name a group that exists: b does not/s,
    ],
  ];
  for (const [words, message] of wrong) {
    test(`says what is wrong with ${words.join(' ')}`, async () => {
      const { code, stderr, stdout } = await cli(...words);
      assert.equal(code, 2, stdout + stderr);
      assert.match(stderr, message);
    });
  }
});
