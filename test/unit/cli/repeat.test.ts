import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { numberedPath } from '../../../src/cli/numbered-path.ts';
import { turns } from '../../../src/cli/repeat.ts';

const written = (count: number) => turns(count, true).map(({ side, number }) => `${side[0]}${number}`);

describe('runs of both sides', () => {
  it('take turns in going first, and end with a new one', () => {
    assert.deepEqual(written(3), ['b1', 'n1', 'n2', 'b2', 'b3', 'n3']);
    assert.deepEqual(written(2), ['n1', 'b1', 'b2', 'n2']);
    assert.deepEqual(written(5).slice(-2), ['b5', 'n5']);
    assert.deepEqual(
      turns(2, false).map(({ side }) => side),
      ['new', 'new'],
    );
  });

  it('meet what drifts from run to run alike, but for one run at most', () => {
    for (const count of [2, 3, 4, 5, 8]) {
      const order = turns(count, true).map(({ side }) => side);
      const places = (side: string) => order.reduce((sum, each, i) => sum + (each === side ? i : 0), 0);
      assert.ok(Math.abs(places('new') - places('base')) <= 1, `${count}`);
    }
  });
});

describe('the file of a numbered report', () => {
  it('has the number before its extension, and stays in its folder', () => {
    assert.equal(numberedPath('out.json', '3'), 'out-3.json');
    assert.equal(numberedPath('a.b/out', 'base-1'), 'a.b/out-base-1');
    assert.equal(numberedPath('/x/y.tar.gz', '12'), '/x/y.tar-12.gz');
  });

  it('is a folder of its own where a folder is asked for, and the same url or address each time', () => {
    assert.equal(numberedPath('out/', '2'), 'out-2/');
    assert.equal(numberedPath(tmpdir(), '2'), `${tmpdir()}-2`);
    for (const path of ['http://127.0.0.1:8086/write', ':9100', '127.0.0.1:9100'])
      assert.equal(numberedPath(path, '2'), path);
  });

  it('is numbered beside a file of that name, but no device is', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-numbered-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'out.json'), '');
    assert.equal(numberedPath(join(folder, 'out.json'), '1'), join(folder, 'out-1.json'));
    assert.equal(numberedPath('/dev/null', '1'), '/dev/null');
  });
});
