import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs every test: those of alone/, which measure or take the whole machine, one file after another, all others two files a core,
 * as most of their time is waiting for brokers and timers.
 * `--failed`: what failed the last time, one after another.
 */
const tests = fileURLToPath(new URL('..', import.meta.url));
const reporter = fileURLToPath(new URL('failed-files.js', import.meta.url));
const failed = 'failed-tests.txt';
const alone = 'alone';

function filesOf(again: boolean): string[] {
  if (again) return existsSync(failed) ? readFileSync(failed, 'utf8').split('\n').filter(Boolean) : [];
  return readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.js'))
    .map((path) => relative('.', join(tests, path)))
    .sort();
}

/** True where all passed. */
function run(files: readonly string[], concurrency: number): boolean {
  if (files.length === 0) return true;
  const told = `${failed}.new`;
  const to = (name: string, place: string) => [`--test-reporter=${name}`, `--test-reporter-destination=${place}`];
  const options = ['--test', `--test-concurrency=${concurrency}`, ...to('spec', 'stdout'), ...to(reporter, told)];
  const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: 'inherit' });
  if (existsSync(told)) appendFileSync(failed, readFileSync(told));
  rmSync(told, { force: true });
  return status === 0;
}

const again = process.argv.includes('--failed');
const files = filesOf(again);
rmSync(failed, { force: true });
const isAlone = (path: string) => again || dirname(path).endsWith(alone);
const passed = [
  files.length > 0,
  run(
    files.filter((path) => !isAlone(path)),
    2 * availableParallelism(),
  ),
  run(files.filter(isAlone), 1),
];
process.exitCode = passed.every(Boolean) ? 0 : 1;
