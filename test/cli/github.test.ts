import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { startScriptedBroker } from '../support/scripted-broker.ts';
import { ownFolder, smallScenario } from '../support/small-scenario.ts';
import { startCli } from '../support/spawn-cli.ts';

const folder = ownFolder();
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

smallScenario(at('load/small.yaml'));
writeFileSync(at('load/wrong.yaml'), 'duration: fast\ngroups:\n  both:\n    cliants: 3\n');

/** The files of a step are made by GitHub, and empty or what the step has written before. */
function inStep(name: string, changes: Record<string, string> = {}) {
  writeFileSync(at(`${name}.md`), 'before\n');
  writeFileSync(at(`${name}.out`), 'a=b\n');
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: folder,
    GITHUB_STEP_SUMMARY: at(`${name}.md`),
    GITHUB_OUTPUT: at(`${name}.out`),
    ...changes,
  };
  return (...args: string[]) => startCli(args, env, join(folder, 'load')).ended;
}
const small = ['run', 'small.yaml', '--allow-invalid', '--no-progress'];

describe('a step of GitHub Actions', { concurrency: 2 }, () => {
  it('gets a summary, outputs and annotations without being asked, and stdout stays clean', async () => {
    const fails = ['--set', 'thresholds.messages_sent=count > 1000'];
    const { code, stdout, stderr } = await inStep('one')(...small, ...fails, '--report', 'json');
    assert.equal(code, 99);
    const { run } = JSON.parse(stdout) as Result;
    assert.match(read('one.md'), /^before\n## ❌ FAILED: small\n/);
    assert.match(read('one.out'), new RegExp(`^a=b\\n[\\s\\S]*^run-id<<(\\S+)\\n${run.id}\\n\\1$`, 'm'));
    assert.match(stderr, /^::error title=mqtt-stress%3A small::messages_sent: count > 1000, but it was 50\.$/m);
  });

  it('is told once of repeated runs: by what the command ends with, and by each run that failed', async () => {
    const fails = ['--set', 'thresholds.messages_sent=count > 1000', '--repeat', '2'];
    const { code, stderr } = await inStep('repeated')(...small, ...fails);
    assert.equal(code, 99);
    assert.match(read('repeated.md'), /^before\n## ❌ FAILED: small \(2 runs, one after another\)\n/);
    assert.match(read('repeated.out'), /^exit-code<<(\S+)\n99\n\1$/m);
    for (const number of [1, 2])
      assert.match(stderr, new RegExp(`^::error .*::run ${number} of 2: messages_sent:`, 'm'));
    assert.equal(read('repeated.out').match(/^verdict<</gm)?.length, 1);
  });

  it('has its summary and outputs named where they cannot be written, and fails for them only if asked', async () => {
    const missing = { GITHUB_STEP_SUMMARY: at('no/such.md'), GITHUB_OUTPUT: '' };
    const run = inStep('two', missing);
    const unasked = await run(...small, '--quiet');
    const why = `cannot be written: GITHUB_STEP_SUMMARY=${at('no/such.md')}: ENOENT: no such file or directory; GITHUB_OUTPUT is not set\n`;
    assert.match(unasked.stdout, /^✓ PASSED/);
    assert.ok(unasked.stderr.includes(why), unasked.stderr);
    assert.equal(unasked.code, 0);
    const asked = await run(...small, '--report', 'github');
    assert.match(asked.stdout, /^✓ PASSED/);
    assert.ok(asked.stderr.includes(why), asked.stderr);
    assert.equal(asked.code, 2);
  });

  it('has a summary that is full named, and left as it is', async () => {
    const run = inStep('three');
    writeFileSync(at('three.md'), 'x'.repeat(1024 * 1024 - 10));
    const { code, stderr } = await run(...small, '--quiet');
    assert.equal(code, 0);
    assert.match(stderr, /GITHUB_STEP_SUMMARY=\S+: it is full: GitHub takes 1 MiB a step/);
    assert.equal(read('three.md').length, 1024 * 1024 - 10);
    assert.match(read('three.out'), /^verdict<</m);
  });

  it('is told nothing where the report is sent elsewhere', async () => {
    const { code, stderr } = await inStep('four')(...small, '--quiet', '--report', `github=${at('own.md')}`);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(read('four.md'), 'before\n');
    assert.match(read('own.md'), /^## ✅ PASSED: small\n/);
  });

  for (const command of ['check', 'run']) {
    it(`has the problems of a scenario at their places in the repository, told by ${command}`, async () => {
      const { code, stderr } = await inStep(command)(command, 'wrong.yaml');
      assert.equal(code, 2);
      assert.match(stderr, /^wrong\.yaml:1:11: duration must be/);
      const told = stderr.split('\n').filter((line) => line.startsWith('::'));
      assert.deepEqual(told, [
        '::error file=load/wrong.yaml,line=1,col=11,title=mqtt-stress::duration must be a duration such as 30s, 250ms or 2m, but is "fast"',
        '::error file=load/wrong.yaml,line=4,col=5,title=mqtt-stress::cliants is not a known key of both%0Adid you mean clients?',
      ]);
    });
  }

  it('has other mistakes without a place, those in a bundled scenario among them', async () => {
    const run = inStep('five');
    const { stderr } = await run('run', 'quick-start', '--report', 'jsn');
    assert.match(
      stderr,
      /^::error title=mqtt-stress::--report: must be one of .*, but is "jsn"%0Adid you mean json\?$/m,
    );
    assert.ok(!existsSync(at('load/quick-start.yaml')));
    const machine = await run('check', 'quick-start', '--set', 'groups.devices.clients=9000000');
    assert.equal(machine.code, 2);
    assert.match(machine.stderr, /^::error title=mqtt-stress::/m);
  });

  it('obeys nothing that a broker says, nor what a scenario is called', async (t) => {
    const said = '\u001b[31mred\n::error::told by a broker';
    const broker = await startScriptedBroker({
      connect: (_, peer) =>
        peer.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0x87, properties: { reasonString: said } }),
    });
    t.after(() => broker.stop());
    const five = ['--set', 'groups.both.protocol=5', '--set', 'groups.both.connect={within: 1s}'];
    const named = ['--set', 'name="::error::told by a name\\u0007\\n::error::again"'];
    for (const client of ['wire', 'mqttjs']) {
      const args = [
        'run',
        'small.yaml',
        '--broker',
        broker.url,
        '--client',
        client,
        '--log-level',
        'info',
        ...five,
        ...named,
      ];
      const { code, stdout, stderr } = await inStep(`said-${client}`)(...args);
      assert.equal(code, 3, stderr);
      assert.match(stdout, /not_authorized \(\ufffd\[31mred/);
      const log = stdout + stderr;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(log, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      for (const [command] of log.matchAll(/^ *::.*$/gm))
        assert.match(command, /^::(error|warning) title=mqtt-stress%3A /);
    }
  });
});
