import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startCollector } from '../support/collector.ts';
import { freePort } from '../support/free-port.ts';
import { ownFolder, smallScenario } from '../support/small-scenario.ts';
import { cli, startCli } from '../support/spawn-cli.ts';

const folder = ownFolder();
const at = (name: string) => join(folder, name);
const full = mkdtempSync(join(tmpdir(), 'mqtt-stress-full-'));
const smallDisk = mountedSmall();
after(() => {
  if (smallDisk) execFileSync('umount', [full]);
  rmSync(full, { recursive: true, force: true });
});

/** A file system of 16 KiB, which only root can make. */
function mountedSmall(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', full], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const begin = smallScenario(at('small.yaml'));
const small = (...more: string[]) => [...begin, ...more];
const reports = (...targets: string[]) => targets.flatMap((target) => ['--report', target]);
const drafts = (where: string) =>
  readdirSync(where, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));
/** What was said of one report. */
const said = (stderr: string, report: string) =>
  stderr.split('\n').find((line) => line.startsWith(`--report ${report}`)) ?? '';

describe('reports that cannot be written', { concurrency: 2 }, () => {
  it('are named with path and reason, all of them; the result is told, and the exit code tells', async () => {
    const gone = at('gone');
    mkdirSync(gone);
    execFileSync('mkfifo', [at('pipe')]);
    // It leaves after a line; where the run does not come to that, with this process.
    spawn('head', ['-n', '1', at('pipe')], { stdio: 'ignore', timeout: 30_000 }).unref();
    const targets = ['json=/dev/full', 'ndjson=/dev/full', `csv=${gone}/s.csv`, `hgrm=${gone}/times/`];
    const running = startCli(small(...reports(...targets, `ndjson=${at('pipe')}`, `junit=${at('good.xml')}`)));
    await running.said(/measuring/);
    rmSync(gone, { recursive: true });
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 2);
    assert.match(stdout, /^✓ PASSED {2}small/);
    const full = ': cannot be written: ENOSPC: no space left on device; is /dev/full writable, and not full?';
    assert.equal(said(stderr, 'json=/dev/full'), `--report json=/dev/full${full}`);
    assert.equal(said(stderr, 'ndjson=/dev/full'), `--report ndjson=/dev/full${full}`);
    const removed = `: cannot be written: ENOENT: no such file or directory; ${gone} was there when the run began: `;
    assert.ok(said(stderr, 'csv').includes(removed), stderr);
    assert.match(said(stderr, 'hgrm'), /: cannot be written: ENOENT: no such file or directory; the folder /);
    assert.match(
      said(stderr, `ndjson=${at('pipe')}`),
      /: cannot be written: EPIPE.*; whoever read it left before the end$/,
    );
    assert.equal(said(stderr, 'junit'), '');
    assert.ok(readdirSync(folder).includes('good.xml'));
    assert.deepEqual(drafts(folder), []);
    assert.doesNotMatch(stderr, /\n +at /);
  });

  it('for a disk that is full leave nothing behind', { skip: !smallDisk && 'only root can mount' }, async () => {
    const { code, stdout, stderr } = await cli(
      ...small('--quiet', ...reports(`json=${full}/r.json`, `hgrm=${full}/times/`, `verdict=${full}/v.txt`)),
    );
    assert.equal(code, 2);
    assert.match(stdout, /^✓ PASSED small/);
    const why = `cannot be written: ENOSPC: no space left on device; is ${full} writable, and not full?`;
    assert.equal(said(stderr, 'json'), `--report json=${full}/r.json: ${why}`);
    assert.deepEqual(drafts(full), []);
    assert.ok(!readdirSync(full).includes('r.json'));
  });

  it('on a disk that is read-only are told before the run', { skip: !smallDisk && 'only root can mount' }, async () => {
    const readOnly = at('read-only');
    mkdirSync(readOnly);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', readOnly]);
    try {
      for (const target of [`csv=${readOnly}/s.csv`, `hgrm=${readOnly}/`, `hgrm=${readOnly}/times/`]) {
        const { code, stdout, stderr } = await cli(...small(...reports(target)));
        assert.deepEqual([code, stdout], [2, '']);
        assert.match(
          stderr,
          /: cannot be written\nreason: EROFS: read-only file system\nis \S+.* writable, and not full\?\n$/,
        );
      }
    } finally {
      execFileSync('umount', [readOnly]);
    }
  });

  it('do not hide that a threshold failed', async () => {
    const fails = ['--set', 'thresholds.messages_sent=count > 1000'];
    const { code, stderr } = await cli(...small('--quiet', ...fails, ...reports('json=/dev/full')));
    assert.equal(code, 99);
    assert.match(said(stderr, 'json'), /ENOSPC/);
  });
});

describe('a run with reports everywhere that is left at once', () => {
  it('leaves nothing half done behind, and waits for nobody', async () => {
    const collector = await startCollector();
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const targets = [`json=${at('never.json')}`, `ndjson=${at('never.ndjson')}`, `hgrm=${at('never')}/`];
    const running = startCli(
      small(
        '--duration',
        '40s',
        ...reports(...targets, 'prometheus=:0', `influx=${nobody}`, `ndjson=http://${collector.host}`),
      ),
    );
    await running.said(/measuring/);
    running.child.kill('SIGINT');
    await running.said(/SIGINT/);
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    await collector.stop();
    assert.equal(code, 130);
    assert.deepEqual(drafts(folder), []);
    assert.deepEqual(
      readdirSync(folder).filter((name) => /^never\./.test(name)),
      [],
    );
  });
});
