import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as api from 'mqtt-stress';
import { compile, load, loadResult, merge, type Phase, type Reporter, run, startBroker, UserError } from 'mqtt-stress';

const root = new URL('../../../', import.meta.url);

/** 4 clients that hear themselves; what the machine is busy with is not judged here. */
const small = {
  set: [
    'groups={ both: { clients: 4, publish: { topic: "t/{index}", qos: 1, rate: 5/s }, subscribe: { topic: "t/{index}" } } }',
  ],
};

describe('the library', () => {
  it('runs its example, docs/api-example.mjs', async () => {
    const example = fileURLToPath(new URL('docs/api-example.mjs', root));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [example], { timeout: 60_000 });
    assert.match(stdout, /^. [A-Z ]+ Fan-in: .*\n2 x 100\/s: 400 received, 0 lost, p99 [\d.]+ ms\n/);
    assert.match(stderr, /^\d+ received so far$/m);
  });

  it('has every export in docs/api.md or in its example', () => {
    const pages = ['docs/api.md', 'docs/api-example.mjs']
      .map((file) => readFileSync(new URL(file, root), 'utf8'))
      .join();
    assert.ok(Object.keys(api).includes('run'));
    for (const name of Object.keys(api)) assert.match(pages, new RegExp(`\\b${name}\\b`), name);
  });

  it('needs nothing but a scenario: the embedded broker comes and goes with the run', async () => {
    const scenario = await load('quick-start', { duration: '1s', set: ['warmUp=0s', 'groups.devices.clients=10'] });
    const told: string[] = [];
    const seen = new Set<Phase>();
    const reporter: Reporter = { start: ({ name }) => told.push(name), end: ({ verdict }) => void told.push(verdict) };
    const result = await run(compile(scenario), {
      reporters: [reporter],
      onSecond: ({ phase }) => seen.add(phase),
      allowInvalid: true,
    });
    assert.deepEqual(told, ['Quick start', result.verdict]);
    assert.equal(result.totals.messages_sent.count, 10);
    assert.ok(seen.has('measuring') && seen.has('ended'));
    assert.equal(result.run.versions.node, process.version);
    const other = { ...result, run: { ...result.run, id: 'other' } };
    assert.equal(merge([result, other]).totals.messages_sent.count, 20);
    assert.throws(() => merge([]), UserError);
    for (const runTag of ['a/+#', '', 'a b'])
      assert.throws(() => compile(scenario, { runTag }), /runTag must be 1 to 64 letters/);
    assert.equal(compile(scenario, { runTag: 'build-4.2_b' }).run.tag, 'build-4.2_b');
    assert.throws(() => merge(result as never), /merge must be given a list of results/);
  });

  it('runs in this thread with threads: 0, on a broker of the caller, and stops by a signal with a result', async () => {
    const broker = await startBroker();
    try {
      const scenario = await load('quick-start', { ...small, duration: '40s' });
      const controller = new AbortController();
      const result = await run(compile(scenario, { brokerUrl: broker.url, seed: 3, client: 'mqttjs' }), {
        threads: 0,
        signal: controller.signal,
        onSecond({ phase }) {
          if (phase === 'measuring') controller.abort();
        },
      });
      assert.deepEqual([result.verdict, result.run.threads, result.run.seed], ['aborted', 0, 3]);
      assert.match(result.reasons[0] ?? '', /^Stopped by the caller /);
      assert.equal(result.run.client, 'mqttjs');
      assert.ok(result.totals.messages_sent.count > 0);
    } finally {
      await broker.stop();
    }
  });

  it('runs a result again, as a file or at hand, with what was secret given again', async () => {
    const broker = await startBroker();
    try {
      const brokers = broker.url.replace('//', '//me:hunter2@');
      const scenario = await load('quick-start', { ...small, duration: '1s', seed: 5, brokers });
      const first = await run(compile(scenario, { seed: 5, client: 'mqttjs' }), { threads: 0, allowInvalid: true });
      assert.ok(!JSON.stringify(first).includes('hunter2'));
      await assert.rejects(loadResult(first), (error) => {
        return error instanceof UserError && /the result: brokers\.0\.password was a secret/.test(error.message);
      });
      const { scenario: same, ...settings } = await loadResult(first, { set: 'brokers.0.password=hunter2' });
      assert.deepEqual(settings, { seed: 5, client: 'mqttjs', threads: 0 });
      assert.deepEqual([same.groups, same.brokers, same.duration], [scenario.groups, scenario.brokers, 1000]);
      const again = await run(compile(same, settings), { threads: settings.threads, allowInvalid: true });
      assert.equal(again.totals.messages_sent.count, first.totals.messages_sent.count);
    } finally {
      await broker.stop();
    }
    await assert.rejects(loadResult('package.json'), /package\.json is no result of mqtt-stress/);
  });

  it('tells all that is wrong with a scenario as the text of one error', async () => {
    const wrong = load('quick-start', { set: ['duration=fast', 'groups.devices.clients=-1'] });
    await assert.rejects(wrong, (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /duration must be a duration.*clients must be a whole number/s);
      assert.equal(error.exitCode, 2);
      return true;
    });
    await assert.rejects(load('no-such'), /no file and no bundled scenario named no-such/);
  });

  it('refuses a client and threads that there are not, and more than the machine allows', async () => {
    const scenario = await load('quick-start');
    const client = 'wirr' as 'wire';
    assert.throws(() => compile(scenario, { client }), /client must be one of wire, mqttjs, but is "wirr"/);
    await assert.rejects(
      run(compile(scenario), { threads: 1.5 }),
      /threads must be auto or a whole number from 0 to 64/,
    );
    const huge = compile(await load('quick-start', { set: ['groups.dashboards.clients=9000000'] }));
    await assert.rejects(run(huge), (error) => error instanceof UserError && /lower clients/.test(error.message));
  });

  it('takes one text for a list of one', async () => {
    const { brokers, name } = await load('quick-start', { set: 'name=Mine', brokers: 'mqtt://h' });
    assert.deepEqual([name, brokers?.map(({ url }) => url)], ['Mine', ['mqtt://h:1883']]);
  });

  it('says what it must be given where a program without types gives something else', async () => {
    const told = (says: RegExp) => (error: unknown) => error instanceof UserError && says.test(error.message);
    const wrong = <T>(value: unknown) => value as T;
    const plan = /^run must be given a plan, as compile gives it$/;
    await assert.rejects(load(wrong(undefined)), told(/^load must be given a file/));
    await assert.rejects(load('quick-start', { set: wrong(7) }), told(/^set must be a text, or a list of texts$/));
    await assert.rejects(load('quick-start', { seed: -1 }), told(/^seed must be a whole number/));
    for (const nothing of [{}, null]) {
      assert.throws(() => compile(wrong(nothing)), told(/^compile must be given a scenario, as load gives it$/));
      await assert.rejects(run(wrong(nothing)), told(plan));
    }
    const promise = load('quick-start');
    assert.throws(() => compile(wrong(promise)), told(/as load gives it: await it first$/));
    const scenario = await promise;
    assert.throws(() => compile(scenario, { seed: 1.5 }), told(/^seed must be a whole number from 0 to 4,294,967,295/));
  });
});
