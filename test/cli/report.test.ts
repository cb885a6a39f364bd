import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { ownFolder, smallScenario } from '../support/small-scenario.ts';
import { cli } from '../support/spawn-cli.ts';

const folder = ownFolder();
const file = (name: string) => join(folder, name);

/** What is asked cannot be met, so the runs fail. */
const small = [...smallScenario(file('small.yaml')), '--set', 'thresholds.delivery_time=p(50) < 1us', '--no-progress'];

describe('report', () => {
  let told = '';
  before(async () => {
    const run = async (name: string) => {
      const report = ['--report', `json=${file(name)}`, '--report', 'text'];
      const { code, stdout, stderr } = await cli(...small, ...report);
      assert.equal(code, 99, stdout + stderr);
      return stdout;
    };
    told = await run('one.json');
    await run('two.json');
  });

  it('tells a saved run as the run itself did', async () => {
    const { code, stdout, stderr } = await cli('report', file('one.json'));
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: told, stderr: '' });
  });

  it('writes what run would have written, to files too', async () => {
    const again = file('again.json');
    const { code, stdout } = await cli('report', file('one.json'), '--as', `json=${again}`, '--as', 'verdict');
    assert.equal(code, 0);
    assert.match(stdout, /^✗ FAILED.*\n$/);
    assert.equal(readFileSync(again, 'utf8'), readFileSync(file('one.json'), 'utf8'));
  });

  it('merges several, and can be read again', async () => {
    const merged = file('merged.json');
    const as = ['--as', `json=${merged}`, '--as', 'text'];
    const { code, stdout } = await cli('report', file('one.json'), file('two.json'), ...as);
    assert.equal(code, 0);
    assert.match(stdout, /small \(2 runs, one after another\)/);
    const [one, two, both] = ['one.json', 'two.json', 'merged.json'].map(
      (name) => JSON.parse(readFileSync(file(name), 'utf8')) as Result,
    ) as [Result, Result, Result];
    const received = ({ totals }: Result) => totals.messages_received.count;
    assert.equal(received(both), received(one) + received(two));
    assert.equal(both.totals.delivery_time?.count, received(both));
    const twice = await cli('report', merged, file('one.json'));
    assert.deepEqual([twice.code, twice.stdout], [2, '']);
    assert.match(twice.stderr, /are results of the same run/);
    const again = await cli('report', merged, '--exit-code');
    assert.deepEqual([again.code, again.stdout.split('\n')[0]], [99, stdout.split('\n')[0]]);
  });

  it('says what it cannot read, and writes nothing then', async () => {
    writeFileSync(file('other.json'), '{"hello": 1}');
    const before = readdirSync(folder).length;
    const says = async (words: readonly string[], text: RegExp) => {
      const { code, stdout, stderr } = await cli('report', ...words);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, text);
    };
    const out = ['--as', `json=${file('out.json')}`];
    await says(
      [file('none.json'), ...out],
      /there is no result .*none\.json\na result is what --report json=result\.json writes/,
    );
    await says([file('other.json'), ...out], /other\.json is no result of mqtt-stress: it has no such schema/);
    await says([file('one.json'), file('one.json')], /are results of the same run, \w+/);
    await says([file('one.json'), '--as', 'txt'], /--as: must be one of .*but is "txt"\ndid you mean text\?/);
    await says([file('one.json'), '--as', 'progress'], /--as progress: that tells a run while it runs/);
    await says([], /missing required argument/);
    assert.equal(readdirSync(folder).length, before);
  });
});
