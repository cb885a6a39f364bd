import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Result } from '../../src/verdict/result.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';

const root = new URL('../../../', import.meta.url);
const bin = fileURLToPath(new URL('bin/mqtt-stress.js', root));
const page = readFileSync(new URL('docs/ci.md', root), 'utf8');

/** By the file that its first line names. */
const recipes = new Map(
  [...page.matchAll(/^```(?:yaml|groovy)\n(?:#|\/\/) (\S+)\n([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

type Step = { readonly name?: string; readonly run?: string; readonly uses?: string };
type Workflow = { readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> };
type Ended = { readonly code: number; readonly told: string };

function textOf(name: string): string {
  const text = recipes.get(name);
  assert.ok(text !== undefined, `docs/ci.md has no ${name}`);
  return text;
}

/** Of all jobs of a workflow. */
function stepsOf(name: string): readonly Step[] {
  const { jobs } = parse(textOf(name)) as Workflow;
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

function commandOf(name: string, step: string): string {
  const command = stepsOf(name).find((one) => one.name === step)?.run;
  assert.ok(command !== undefined, `${name} has no step ${step}`);
  return command;
}

describe('the recipes of docs/ci.md', { skip: mosquittoMissing(), concurrency: 2 }, () => {
  let mosquitto: Mosquitto;
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-ci-'));

  before(async () => {
    mosquitto = await startMosquitto();
    // As npx would run it, from this working tree; and what this machine is busy with is not judged.
    const shims = join(folder, 'shims');
    mkdirSync(shims);
    const run = `if [ "$1" = run ]; then set -- "$@" --allow-invalid; fi`;
    writeFileSync(
      join(shims, 'npx'),
      `#!/bin/sh\nwhile [ "$1" != mqtt-stress ]; do shift; done\nshift\n${run}\nexec "${process.execPath}" "${bin}" "$@"\n`,
    );
    chmodSync(join(shims, 'npx'), 0o755);
  });
  after(async () => {
    await mosquitto.stop();
    rmSync(folder, { recursive: true });
  });

  /** A folder of its own with perf.yaml as it stands there, but for its times. */
  function checkout(name: string): string {
    const place = join(folder, name);
    mkdirSync(place);
    const text = textOf('perf.yaml').replace('warmUp: 5s', 'warmUp: 0s').replace('duration: 30s', 'duration: 1s');
    writeFileSync(join(place, 'perf.yaml'), text);
    return place;
  }

  /** As a runner does: bash that stops at the first failure, and the port of the Mosquitto at hand. */
  function shell(place: string, command: string, env: Record<string, string> = {}): Promise<Ended> {
    const script = command.replaceAll('mqtt://127.0.0.1:2883', mosquitto.url);
    const PATH = `${join(folder, 'shims')}:${process.env['PATH']}`;
    const options = { cwd: place, env: { ...process.env, BROKER: mosquitto.url, PATH, ...env }, timeout: 120_000 };
    return new Promise((resolve) => {
      execFile('bash', ['-euo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), told: stdout + stderr });
      });
    });
  }

  it('GitHub Actions: the configuration of the service is one that Mosquitto takes', async () => {
    const command = commandOf('.github/workflows/broker.yml', 'Let Mosquitto listen');
    const place = checkout('configuration');
    const { code } = await shell(place, command.split('\n')[0] ?? '');
    assert.equal(code, 0);
    const lines = readFileSync(join(place, 'mosquitto.conf'), 'utf8').trim().split('\n');
    assert.deepEqual(lines, ['listener 1883', 'allow_anonymous true']);
    assert.match(command, /docker cp mosquitto\.conf "\$SERVICE:.*"\ndocker restart "\$SERVICE"\n$/);
  });

  it('GitHub Actions: the load writes result, report, summary and outputs, and a failed threshold fails the job', async () => {
    const place = checkout('github');
    const command = commandOf('.github/workflows/broker.yml', 'Load');
    const files = { GITHUB_STEP_SUMMARY: join(place, 'summary.md'), GITHUB_OUTPUT: join(place, 'outputs') };
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: place, ...files };
    const passed = await shell(place, command, env);
    assert.equal(passed.code, 0, passed.told);
    assert.equal((JSON.parse(readFileSync(join(place, 'result.json'), 'utf8')) as Result).verdict, 'passed');
    assert.match(readFileSync(join(place, 'report.html'), 'utf8'), /^<!doctype html>/i);
    assert.match(readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'), /PASSED/i);
    assert.match(readFileSync(files.GITHUB_OUTPUT, 'utf8'), /verdict/);
    const strict = readFileSync(join(place, 'perf.yaml'), 'utf8').replace('250ms', '1us');
    writeFileSync(join(place, 'perf.yaml'), strict);
    const failed = await shell(place, command, env);
    assert.equal(failed.code, 99, failed.told);
    assert.match(failed.told, /::error.*delivery_time/);
  });

  it('GitLab: the job writes what its artifacts name', async () => {
    const { load } = parse(textOf('.gitlab-ci.yml')) as {
      load: { script: string[]; artifacts: { when: string; paths: string[]; reports: { junit: string } } };
    };
    const place = checkout('gitlab');
    const { code, told } = await shell(place, load.script.join('\n'), { GITHUB_ACTIONS: '' });
    assert.equal(code, 0, told);
    for (const file of [...load.artifacts.paths, load.artifacts.reports.junit])
      assert.ok(existsSync(join(place, file)), file);
    assert.match(readFileSync(join(place, 'junit.xml'), 'utf8'), /<testsuite[^>]* failures="0"/);
  });

  it('Jenkins: the stage writes what is published afterwards', async () => {
    const text = textOf('Jenkinsfile');
    const [, command = ''] = /\bsh '([^']+)'/.exec(text) ?? [];
    const place = checkout('jenkins');
    const { code, told } = await shell(place, command);
    assert.equal(code, 0, told);
    const published = [/junit '(.+)'/, /artifacts: '(.+?)'/].flatMap(
      (pattern) => pattern.exec(text)?.[1]?.split(', ') ?? [],
    );
    assert.deepEqual(published, ['junit.xml', 'result.json', 'report.html']);
    for (const file of published) assert.ok(existsSync(join(place, file)), file);
  });

  it('the gate stores a baseline and compares with it', async () => {
    const name = '.github/workflows/performance.yml';
    const place = checkout('gate');
    const stored = await shell(place, commandOf(name, 'Measure the baseline'));
    assert.equal(stored.code, 0, stored.told);
    const compared = await shell(place, commandOf(name, 'Compare with the baseline'));
    // The machine may be busier now than before: worse is an answer, a mistake would be another code.
    assert.ok([0, 98].includes(compared.code), compared.told);
    assert.match(compared.told, /delivery_time/);
    const results = ['report', 'baseline/run-*.json', '--as verdict'].join(' ');
    const merged = await shell(place, `npx mqtt-stress ${results}`);
    assert.match(merged.told, /5 runs, one after another/);
  });

  it('both sides are compared in one job', async () => {
    const { code, told } = await shell(checkout('both'), commandOf('.github/workflows/compare.yml', 'Compare'));
    assert.ok([0, 98].includes(code), told);
    assert.match(told, /delivery_time/);
  });
});
