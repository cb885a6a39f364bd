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

  it('is no wider than the terminal, and leaves nothing out', () => {
    const fanIn = [{ name: 'fan-in', description: 'many to one, then more, and then some' }];
    assert.equal(listed(fanIn, 40), 'fan-in  many to one, then more, and then\n        some\n');
    assert.equal(listed(fanIn, 20), 'fan-in\n  many to one, then\n  more, and then\n  some\n');
  });
});
