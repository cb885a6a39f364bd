import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listed } from '../../src/cli/list.ts';
import { bundledScenarios } from '../../src/scenario/bundled.ts';
import { cli } from '../support/spawn-cli.ts';

describe('mqtt-stress list', () => {
  it('tells every bundled scenario in a line: its name, and aligned what it is for', async () => {
    const { code, stdout, stderr } = await cli('list');
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout.trimEnd().split('\n');
    const names = (await bundledScenarios()).toSorted();
    assert.deepEqual(
      lines.map((line) => line.split(' ')[0]),
      names,
    );
    const column = Math.max(...names.map((name) => name.length)) + 2;
    for (const line of lines) assert.match(line.slice(column - 1), /^ \S.{20,}/, line);
  });

  it('is no wider than the terminal', () => {
    const text = listed([{ name: 'fan-in', description: 'many to one, then more' }], 20);
    assert.equal(text, 'fan-in  many to one…\n');
    assert.ok(listed([{ name: 'x', description: 'fits exactly' }], 15).endsWith('fits exactly\n'));
  });
});
