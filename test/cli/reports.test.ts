import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { startCollector } from '../support/collector.ts';
import { freePort } from '../support/free-port.ts';
import { parsePage } from '../support/prometheus.ts';
import { ownFolder, smallScenario } from '../support/small-scenario.ts';
import { cli, startCli } from '../support/spawn-cli.ts';
import { parseXml } from '../support/xml.ts';

const folder = ownFolder();
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

const begin = smallScenario(at('small.yaml'));
const small = (...more: string[]) => [...begin, '--no-progress', ...more];
const reports = (...targets: string[]) => targets.flatMap((target) => ['--report', target]);
const sum = (texts: Iterable<string | number | undefined>) => [...texts].reduce<number>((all, n) => all + Number(n), 0);

describe('one run, told in every way', { concurrency: 2 }, () => {
  it('says the same everywhere', async () => {
    const places = [
      ...['json=r.json', 'junit=j.xml', 'csv=s.csv', 'ndjson=n.ndjson', 'influx=i.lp', 'prometheus=p.prom'],
      ...['markdown=m.md', 'benchmark=b.json', 'hgrm=times/', 'hgrm=publish_time.hgrm', 'github=step/'],
    ].map((target) => target.replace('=', `=${folder}/`));
    const { code, stdout, stderr } = await cli(...small(...reports(...places)));
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^✓ PASSED {2}small/);
    const { totals, groups, run } = JSON.parse(read('r.json')) as Result;
    const sent = totals.messages_sent.count;
    assert.equal(sent, 50);
    const [suite] = parseXml(read('j.xml')).children;
    assert.deepEqual([suite?.attributes['failures'], suite?.attributes['errors']], ['0', '0']);
    const [header = [], ...rows] = read('s.csv')
      .trim()
      .split('\r\n')
      .map((row) => row.split(','));
    const column = header.indexOf('messages_sent');
    assert.equal(sum(rows.filter(([, , group]) => group === '').map((row) => row[column])), sent);
    assert.equal(sum(rows.filter(([, , group]) => group === 'both').map((row) => row[column])), sent);
    const lines = read('n.ndjson')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; totals: Record<string, number>; verdict?: string });
    assert.equal(lines.findLast(({ type }) => type === 'second')?.totals['messages_sent'], sent);
    assert.equal(lines.at(-1)?.verdict, 'passed');
    const points = read('i.lp').split('\n');
    for (const measurement of ['mqtt_stress,', 'mqtt_stress_part,']) {
      const fields = points.filter((line) => line.startsWith(measurement));
      assert.equal(sum(fields.map((line) => /[ ,]messages_sent=(\d+)/.exec(line)?.[1] ?? 0)), sent, measurement);
    }
    const families = parsePage(read('p.prom'));
    assert.equal(sum(families.get('mqtt_stress_messages_sent_total')?.samples.map(({ value }) => value) ?? []), sent);
    const counts = families
      .get('mqtt_stress_delivery_time_seconds')
      ?.samples.filter(({ name }) => name.endsWith('_count'));
    assert.equal(sum(counts?.map(({ value }) => value) ?? []), groups['both']?.delivery_time?.count);
    assert.match(read('m.md'), new RegExp(`^\\| sent \\| [\\d.]+ \\| ${sent} \\|`, 'm'));
    const figures = JSON.parse(read('b.json')) as { name: string; value: number }[];
    assert.equal(figures.find(({ name }) => name === 'delivery_time p99')?.value, totals.delivery_time?.p99);
    assert.ok(readdirSync(at('times')).includes('delivery_time.hgrm'));
    assert.equal(read('times/publish_time.hgrm'), read('publish_time.hgrm'));
    assert.deepEqual(readdirSync(at('step')).sort(), ['annotations.txt', 'outputs.txt', 'summary.md']);
    assert.match(read('step/outputs.txt'), new RegExp(`^run-id<<(\\S+)\\n${run.id}\\n\\1$`, 'm'));
    assert.deepEqual(
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('live and line by line, on stdout', async () => {
    const running = startCli(small('--duration', '2s', ...reports('ndjson')));
    const [first] = await running.wrote(/^.*"phase":"measuring".*$/m);
    assert.equal((JSON.parse(first) as { type: string }).type, 'second');
    assert.doesNotMatch(first, /"type":"result"/);
    const { code, stdout, stderr } = await running.ended;
    assert.deepEqual([code, stderr], [0, '']);
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    assert.deepEqual([types[0], types.at(-1), new Set(types).size], ['start', 'result', 3]);
  });

  it('and a reader of lines that leaves ends nothing', async () => {
    const running = startCli(small(...reports('ndjson')));
    await running.wrote(/"type":"second"/);
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    assert.deepEqual([code, stderr], [0, '']);
  });
});

describe('prometheus at an address', { concurrency: 2 }, () => {
  it('is scraped while the run goes on, and until the scraper has seen the end', async () => {
    const running = startCli(small('--duration', '2s', ...reports('prometheus=:0')));
    await running.said(/prometheus: http:\/\/\S+\/metrics\n/);
    const url = /http:\S+/.exec(running.told())?.[0] ?? '';
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const missing = await fetch(url.replace('metrics', 'other'));
    assert.deepEqual([missing.status, await missing.text()], [404, 'the metrics are at /metrics\n']);
    let over = false;
    void running.ended.then(() => {
      over = true;
    });
    const pages: string[] = [];
    while (!over) {
      const page = await fetch(url).then(
        async (response) => {
          assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
          return response.text();
        },
        () => undefined,
      );
      if (page !== undefined) pages.push(page);
    }
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stdout + stderr);
    const sent = pages.map((page) => {
      const family = parsePage(page).get('mqtt_stress_messages_sent_total');
      return sum(family?.samples.map(({ value }) => value) ?? []);
    });
    assert.deepEqual(
      sent,
      sent.toSorted((one, other) => one - other),
    );
    assert.ok(sent.some((count) => count > 0 && count < 100));
    assert.equal(sent.at(-1), 100);
    assert.match(pages.at(-1) ?? '', /^mqtt_stress_verdict\{verdict="passed"\} 1$/m);
  });

  it('that is taken is told before anything connects', async () => {
    const collector = await startCollector();
    const nobody = `mqtt://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await cli(
      ...small('--broker', nobody, ...reports(`prometheus=${collector.host}`, `json=${at('taken.json')}`)),
    );
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /cannot listen on 127\.0\.0\.1:\d+\nreason: .*EADDRINUSE.*\nport \d+ is taken: /);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('taken')),
      [],
    );
    await collector.stop();
  });
});

describe('a report that is posted', { concurrency: 2 }, () => {
  it('arrives second by second, with a token of the environment, and again where the server stumbled', async () => {
    const collector = await startCollector([[503, 'not now']]);
    const url = `http://${collector.host}/api/v2/write?org=o&bucket=b&token=geheim-1`;
    const args = small('--duration', '2s', ...reports(`influx=${url}`, 'json'));
    const { code, stdout, stderr } = await startCli(args, { INFLUX_TOKEN: 'geheim-2' }).ended;
    assert.deepEqual([code, stderr], [0, '']);
    await collector.stop();
    const { posted } = collector;
    assert.ok(posted.length > 2, String(posted.length));
    for (const { path, headers } of posted) {
      assert.equal(path, 'POST /api/v2/write?org=o&bucket=b&token=geheim-1');
      assert.equal(headers.authorization, 'Token geheim-2');
    }
    assert.equal(posted[0]?.body, posted[1]?.body);
    const lines = posted.filter(({ status }) => status === 204).flatMap(({ body }) => body.split('\n'));
    const whole = lines.filter((line) => line.startsWith('mqtt_stress,'));
    assert.equal(sum(whole.map((line) => /[ ,]messages_sent=(\d+)/.exec(line)?.[1] ?? 0)), 100);
    assert.doesNotMatch(stdout + stderr, /geheim/);
    assert.match((JSON.parse(stdout) as Result).run.commandLine, /org=o&bucket=b&token=\*{4}/);
  });

  it('may be any, and is one request where it is told at the end', async () => {
    const collector = await startCollector();
    const { code } = await cli(...small('--quiet', ...reports(`json=http://me:pass@${collector.host}/results`)));
    assert.equal(code, 0);
    await collector.stop();
    const [{ headers, body } = { headers: {}, body: '' }, ...more] = collector.posted;
    assert.deepEqual(more, []);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.authorization, `Basic ${Buffer.from('me:pass').toString('base64')}`);
    assert.equal((JSON.parse(body) as Result).verdict, 'passed');
  });

  it('to nobody, or to who refuses it, fails by name and reason, without its secrets; the result is told', async () => {
    const collector = await startCollector([[401, '{"message":"unauthorized access"}']]);
    const nobody = `127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await cli(
      ...small(
        '--quiet',
        ...reports(`influx=http://${nobody}/write?db=x&p=geheim`, `ndjson=http://${collector.host}/`),
      ),
    );
    await collector.stop();
    assert.equal(code, 2);
    assert.match(stdout, /^✓ PASSED small/);
    const lines = stderr.split('\n');
    assert.match(
      lines.find((line) => line.includes('influx')) ?? '',
      /^--report influx=http:\S+\/write\?db=x&p=\*{4}: cannot be written: .*ECONNREFUSED.*; [\d,]+ bytes did not arrive there$/,
    );
    assert.match(
      lines.find((line) => line.includes('ndjson')) ?? '',
      /: cannot be written: the server answers 401 Unauthorized: \{"message":"unauthorized access"\}; /,
    );
    assert.doesNotMatch(stderr, /geheim|\n +at /);
    // Who refused it is not asked again.
    assert.equal(collector.posted.length, 1);
  });
});
