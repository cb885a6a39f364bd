import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { htmlReport } from '../../../src/reporters/html/page.ts';
import type { PageData } from '../../../src/reporters/html/page-data.ts';
import { compare } from '../../../src/verdict/compare/compare.ts';
import { withComparison } from '../../../src/verdict/compare/with-comparison.ts';
import type { Result, SeriesEntry } from '../../../src/verdict/result.ts';
import { resultOf } from '../../support/compared.ts';
import { group, judged, ordinaryRun, plan, snapshot, threshold } from '../../support/hand-made.ts';

const spread = (from: number, to: number) => Array.from({ length: 500 }, (_, i) => from + ((to - from) * i) / 499);

const asked = plan({
  name: 'Telemetry <fan-in>',
  groups: [group('sensors'), group('dashboards')],
  thresholds: [
    threshold('messages_sent', 'count', '>', 10),
    threshold('messages_lost', 'count', '==', 0, { level: 'warn' }),
    threshold('delivery_time', { percentile: 99 }, '<', 50_000),
  ],
});

const result = judged(
  asked,
  ordinaryRun([
    {
      labels: { group: 'sensors', qos: 1 },
      counts: {
        messages_sent: 5000,
        messages_acked: 4990,
        publishes_due: 4999,
        disconnects: 2,
        reconnects: 2,
        connects: 12,
      },
      causes: { disconnects: { connection_reset: 2 } },
      times: { publish_time: spread(500, 90_000), schedule_lag: spread(10, 900) },
    },
    {
      labels: { group: 'dashboards', qos: 1 },
      counts: { connects: 10, messages_received: 24_990, deliveries_expected: 25_000, deliveries_made: 24_990 },
      times: { delivery_time: spread(700, 160_000) },
    },
  ]),
);

/** What the page says, without its code and its data. */
function said(page: string): string {
  return page.replaceAll(/<(style|script)[^>]*>.*?<\/\1>/gs, '');
}

function dataOf(page: string): PageData {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(json) as PageData;
}

const cellsOf = (row: string) =>
  [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, ' ').trim());

function rowsOf(page: string, section: string): string[][] {
  const [, body = ''] = new RegExp(`<section id="${section}">.*?<tbody>(.*?)</tbody>`, 's').exec(page) ?? [];
  return [...body.matchAll(/<tr.*?<\/tr>/gs)].map(([row]) => cellsOf(row));
}

describe('the HTML report', () => {
  const page = htmlReport(result);

  it('lets in the two blocks that it brings, by their hashes, and nothing else', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const rules = Object.fromEntries(
      policy
        .split('; ')
        .map((rule) => [rule.split(' ')[0], rule.slice(rule.indexOf(' ') + 1).replaceAll('&#39;', "'")]),
    );
    const hash = (tag: string) => {
      const blocks = [...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
      assert.equal(blocks.length, 1);
      return `'sha256-${createHash('sha256')
        .update(blocks[0]?.[1] ?? '')
        .digest('base64')}'`;
    };
    assert.deepEqual(rules, {
      'default-src': "'none'",
      'script-src': hash('script'),
      'style-src': hash('style'),
      'base-uri': "'none'",
      'form-action': "'none'",
    });
  });

  it('has no other script, no handler, no style attribute, and names no other place', () => {
    const rest = said(page);
    assert.doesNotMatch(rest, /<script|<style|\son\w+=|\sstyle=|\ssrc=|\shref=|<iframe|<link/);
  });

  it('weighs less than 150 KB beside its data, and keeps the notice of uPlot', () => {
    assert.ok(Buffer.byteLength(htmlReport(judged(plan(), []))) < 150_000);
    assert.match(page, /uPlot\nThe MIT License[\s\S]*Copyright \(c\) \d+ Leon Sorokin/);
  });

  it('begins with the verdict and its reasons, and tells thresholds that failed first', () => {
    const [head = ''] = /<header.*?<\/header>/s.exec(page) ?? [];
    assert.match(head, /FAILED[\s\S]*exit code 99[\s\S]*Telemetry &lt;fan-in&gt;[\s\S]*delivery_time: p\(99\) &lt; 50/);
    assert.deepEqual(rowsOf(page, 'thresholds'), [
      ['✗  failed', 'delivery_time', '158ms', 'p(99) &lt; 50000'],
      ['!  warning', 'messages_lost', '10', 'count == 0'],
      ['✓  passed', 'messages_sent', '5,000', 'count &gt; 10'],
    ]);
  });

  it('has the figures of its charts in tables', () => {
    const { delivery_time: time } = result.totals;
    const row = rowsOf(page, 'latency').find(([name]) => name?.startsWith('delivery_time'));
    assert.deepEqual(row?.slice(1), ['500', ...[time?.p50, time?.p90, time?.p99, time?.p99_9, time?.max].map(fixed)]);
    assert.deepEqual(rowsOf(page, 'delivery')[0], ['dashboards', '1', '25,000', '24,990', '10', '0.04 %', '0', '0']);
    assert.deepEqual(rowsOf(page, 'groups')[0]?.slice(0, 4), ['sensors', '10', '2,500.0', '0.0']);
    assert.deepEqual(rowsOf(page, 'seconds')[2]?.slice(0, 5), ['1s', 'measured', '5,000.0', '4,990.0', '24,990.0']);
    assert.match(said(page), /connection_reset 2/);
  });

  it('puts the figures of a base beside those of the run', () => {
    const base = judged(asked, ordinaryRun([{ counts: { messages_sent: 4000, publishes_due: 3999 } }]));
    const both = htmlReport(result, base);
    assert.deepEqual(rowsOf(both, 'throughput')[0]?.slice(0, 3), ['sent', '2,500.0 2,000.0', '5,000 4,000']);
    assert.match(said(both), /base 2,000\u00a0\/s, \+25\u00a0%/);
    assert.match(said(both), /compared with the base/);
    const { run, base: before } = dataOf(both);
    assert.deepEqual([run.parts.length, before?.parts.length], [3, 3]);
    assert.deepEqual(
      [sentOf(both, 'run'), sentOf(both, 'base')],
      [
        [0, 0, 5000, 0],
        [0, 0, 4000, 0],
      ],
    );
  });

  it('tells compared runs by their medians, no other change, and which two runs are drawn', () => {
    const side = (p99s: readonly number[]) =>
      p99s.map((deliveryP99) => ({ result: resultOf({ deliveryP99, id: `run${deliveryP99}` }) }));
    const [base, fresh] = [side([20, 20.5, 19, 20.2, 21]), side([25, 26, 24.5, 25.5, 27])];
    const [last, middle] = [resultOf({ deliveryP99: 27, id: 'run27' }), resultOf({ deliveryP99: 20, id: 'run20' })];
    const tilesOf = (page: string) => /<dl class="cards">.*?<\/dl>/s.exec(said(page))?.[0] ?? '';
    const page = htmlReport(withComparison(last, compare(base, fresh, {})), middle);
    assert.match(tilesOf(page), /delivery p99[\s\S]*medians: base 20\.2\u00a0ms, new 25\.5\u00a0ms/);
    assert.doesNotMatch(tilesOf(page), /[+−][\d.]+\u00a0%|base 20\u00a0ms/);
    assert.match(said(page), /drawn here: run run27 \(one of 5\), over the base .* run run20 of .*\(one of 5\)/);
    const single = htmlReport(withComparison(last, compare(base.slice(0, 1), fresh.slice(4), {})), middle);
    assert.match(tilesOf(single), /<dd class="aside">base 20\u00a0ms<\/dd>/);
    assert.match(said(single), /run run27 compared with the base .* run run20 of /);
  });

  it('tells a run that never started without figures that it does not have', () => {
    const never = htmlReport(judged(plan(), [snapshot('connecting', 99), snapshot('ended', 130)]));
    assert.match(said(never), /NOT STARTED/);
    assert.doesNotMatch(said(never), /id="latency"|class="cards"|id="trust"/);
  });

  it('takes names for text, in tables and in data', () => {
    const name = '</script><script>alert(1)</script><!-- & "quoted" \'so\' \u2028 \u0000';
    const bad: Result = {
      ...result,
      reasons: [name],
      run: { ...result.run, name, scenario: { ...result.run.scenario, text: name } },
      groups: { [name]: Object.values(result.groups)[0] as Result['groups'][string], b: result.totals },
      series: result.series.map((entry) => ({ ...entry, groups: { [name]: entry, b: entry } })),
    };
    const page = htmlReport(bad);
    assert.equal(page.match(/<script/g)?.length, 2);
    assert.doesNotMatch(page, /alert\(1\)<\/script|<!--/);
    assert.equal(dataOf(page).run.parts[1]?.group, name);
    assert.match(page, /&lt;\/script&gt;&lt;script&gt;alert\(1\)/);
    assert.ok(page.includes('&quot;quoted&quot; &#39;so&#39;') && !page.includes('\u0000'));
  });

  it('stays a page that can be opened after eight hours of twenty groups', () => {
    const names = Array.from({ length: 20 }, (_, i) => `group ${i}`);
    const series = Array.from({ length: 28_800 }, (_, i): SeriesEntry => {
      const part = {
        counts: { messages_sent: 1000 + (i % 7), messages_received: 3 },
        times: { delivery_time: { count: 3, p50: 1.234, p99: 5.678 + (i % 11), max: 9.876 + (i % 13) } },
        gauges: { clients_connected: 1000 },
      };
      return {
        t: i * 1000,
        phase: 'measuring',
        ...part,
        groups: Object.fromEntries(names.map((name) => [name, part])),
      };
    });
    const page = htmlReport({ ...result, series });
    assert.ok(page.length < 2_000_000, String(page.length));
    const { parts } = dataOf(page).run;
    assert.deepEqual(
      parts.map(({ t }) => t.length <= 2000),
      parts.map(() => true),
    );
    assert.equal(parts[0]?.step, 15);
    assert.equal(parts.length, 21);
  });
});

/** The first line of the first chart: what was sent. */
function sentOf(page: string, which: 'run' | 'base'): readonly (number | null)[] | undefined {
  return dataOf(page)[which]?.parts[0]?.lines[0]?.slice(0, 4);
}

function fixed(ms: number | undefined): string {
  return (ms ?? 0).toFixed(2);
}
