import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { catalog, counterNames } from '../../../src/metrics/catalog.ts';
import type { Snapshot } from '../../../src/metrics/snapshot.ts';
import { Totals } from '../../../src/metrics/totals.ts';
import { family } from '../../../src/reporters/prometheus/text-format.ts';
import { prometheus } from '../../../src/reporters/prometheus.ts';
import { group, health, judged, ordinaryRun, plan, snapshot } from '../../support/hand-made.ts';
import { type Family, parsePage } from '../../support/prometheus.ts';
import { toldLive, toldOf } from '../../support/told.ts';
import { without } from '../../support/tool.ts';
import { written } from '../../support/written.ts';

const two = plan({ name: 'Fan "in"\\\n', groups: [group('a'), group('b')] });
/** 90, 100 and 101 us, 1 ms, 70 s. */
const values = [90, 100, 101, 1000, 70_000_000];
const run: readonly Snapshot[] = ordinaryRun(
  [
    {
      labels: { group: 'a', qos: 1 },
      counts: { messages_sent: 10, messages_acked: 8 },
      outside: { messages_sent: 5 },
      times: { publish_time: values },
    },
    { labels: { group: 'b' }, counts: { connect_errors: 3, disconnects: 2, takeovers: 1, bytes_sent: 900 } },
    { labels: { group: 'b' }, causes: { connect_errors: { connection_refused: 2 }, takeovers: { id1: 1 } } },
    { labels: { group: 'b', qos: 1 }, counts: { deliveries_expected: 4, deliveries_made: 3 } },
  ],
  { health: [health('thread 1', { utilisation: 0.4 })] },
);

const samplesOf = (families: Map<string, Family>, name: string) => families.get(name)?.samples ?? [];
const sampleOf = (families: Map<string, Family>, name: string, labels: Record<string, string>) =>
  samplesOf(families, name).find((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;

/** The page after the first `seconds` snapshots. */
function pageAfter(seconds: number): Map<string, Family> {
  const reporter = prometheus(written({}));
  const totals = new Totals(two.subBuckets);
  reporter.start?.(two);
  for (const each of run.slice(0, seconds)) reporter.second?.(each, totals);
  return parsePage(reporter.page?.() ?? '');
}

describe('the prometheus report', () => {
  it('can be read before anything happened, and names the run', () => {
    const families = pageAfter(0);
    const [told] = samplesOf(families, 'mqtt_stress_run_info');
    assert.deepEqual(told?.labels, { run: 'abc1234', scenario: 'Fan "in"\\\n', version: '0.1.0' });
    assert.equal(sampleOf(families, 'mqtt_stress_phase', { phase: 'connecting' }), 1);
  });

  it('counts all that a broker saw, by group, broker and QoS, with the help of the catalog', () => {
    const families = pageAfter(3);
    const sent = families.get('mqtt_stress_messages_sent_total');
    assert.deepEqual([sent?.type, sent?.help], ['counter', catalog.messages_sent.help]);
    assert.equal(sampleOf(families, 'mqtt_stress_messages_sent_total', { group: 'a', broker: 'b', qos: '1' }), 15);
    assert.equal(sampleOf(families, 'mqtt_stress_messages_sent_total', { group: 'b', broker: 'b', qos: '1' }), 0);
    assert.equal(sampleOf(families, 'mqtt_stress_bytes_sent_total', { group: 'b', broker: 'b' }), 900);
    assert.equal(sampleOf(families, 'mqtt_stress_phase', { phase: 'measuring' }), 1);
    assert.equal(sampleOf(families, 'mqtt_stress_thread_utilisation_ratio', { worker: 'thread 1' }), 0.4);
    assert.equal(sampleOf(families, 'mqtt_stress_clients_connected', { group: 'g' }), 10);
  });

  it('never counts backwards, from 0 on', () => {
    let before = new Map<string, number>();
    for (let seconds = 1; seconds <= run.length; seconds++) {
      const now = new Map<string, number>();
      for (const [name, { type, samples }] of pageAfter(seconds)) {
        if (type === 'gauge') continue;
        for (const { name: each, labels, value } of samples) {
          const key = `${each} ${JSON.stringify(labels)}`;
          assert.ok(value >= (before.get(key) ?? 0), `${name}: ${key}`);
          now.set(key, value);
        }
      }
      for (const key of before.keys()) assert.ok(now.has(key), key);
      before = now;
    }
  });

  it('has the causes of a counter as a label, all of them together what was counted; ids are none', () => {
    const families = pageAfter(3);
    const errors = samplesOf(families, 'mqtt_stress_connect_errors_total').filter(
      ({ labels }) => labels['group'] === 'b',
    );
    assert.deepEqual(
      errors.map(({ labels, value }) => [labels['cause'], value]),
      [
        [undefined, 1],
        ['connection_refused', 2],
      ],
    );
    const [takeovers] = samplesOf(families, 'mqtt_stress_takeovers_total').filter(({ value }) => value > 0);
    assert.deepEqual([takeovers?.labels['cause'], takeovers?.value], [undefined, 1]);
  });

  it('has times as histograms in seconds, whose buckets add up', () => {
    const families = pageAfter(3);
    const told = families.get('mqtt_stress_publish_time_seconds');
    assert.equal(told?.type, 'histogram');
    const buckets = told.samples.filter(({ name }) => name.endsWith('_bucket'));
    const upTo = Object.fromEntries(buckets.map(({ labels, value }) => [labels['le'], value]));
    assert.deepEqual([upTo['0.0001'], upTo['0.00025'], upTo['0.001'], upTo['60'], upTo['+Inf']], [2, 3, 4, 4, 5]);
    const values = buckets.map(({ value }) => value);
    assert.deepEqual(
      values,
      values.toSorted((one, other) => one - other),
    );
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity')));
    assert.deepEqual(
      bounds,
      [...new Set(bounds)].sort((one, other) => one - other),
    );
    assert.equal(sampleOf(families, 'mqtt_stress_publish_time_seconds_count', {}) ?? told.samples.at(-1)?.value, 5);
    const sum = told.samples.find(({ name }) => name.endsWith('_sum'))?.value ?? 0;
    assert.ok(Math.abs(sum - 70.001291) < 0.1, String(sum));
  });

  it('ends with the verdict and what was settled', async () => {
    const families = parsePage(await toldLive(prometheus, two, run));
    assert.equal(sampleOf(families, 'mqtt_stress_phase', { phase: 'ended' }), 1);
    const verdicts = samplesOf(families, 'mqtt_stress_verdict').filter(({ value }) => value === 1);
    assert.deepEqual(
      verdicts.map(({ labels }) => labels['verdict']),
      [judged(two, run).verdict],
    );
    assert.equal(sampleOf(families, 'mqtt_stress_messages_lost_total', { group: 'b' }), 1);
  });

  it('tells a saved run by its groups', async () => {
    const families = parsePage(await toldOf(prometheus, judged(two, run)));
    assert.equal(sampleOf(families, 'mqtt_stress_messages_sent_total', { group: 'a' }), 15);
    const counts = samplesOf(families, 'mqtt_stress_publish_time_seconds').filter(({ name }) =>
      name.endsWith('_count'),
    );
    assert.deepEqual(
      counts.map(({ value }) => value),
      [5],
    );
    const all = counterNames.map((name) => `mqtt_stress_${name}_total`);
    assert.ok([...families.keys()].some((name) => all.includes(name)));
  });

  it('has no more of a gauge once nobody tells it', () => {
    const reporter = prometheus(written({}));
    const totals = new Totals(2048);
    reporter.start?.(two);
    reporter.second?.(snapshot('measuring', 1, { at: [{ gauges: { in_flight: 3 } }] }), totals);
    reporter.second?.(snapshot('measuring', 2), totals);
    assert.equal(sampleOf(parsePage(reporter.page?.() ?? ''), 'mqtt_stress_in_flight', {}), 0);
  });

  it('is what promtool takes for clean', { skip: without('promtool') }, async () => {
    for (const page of [await toldLive(prometheus, two, run), await toldOf(prometheus, judged(two, run))]) {
      execFileSync('promtool', ['check', 'metrics'], { input: page, stdio: ['pipe', 'pipe', 'pipe'] });
    }
  });
});

describe('the text format', () => {
  it('escapes help and label values, and has nothing of a family without samples', () => {
    assert.equal(
      family('a', 'gauge', 'x\\y\nz', [{ labels: { l: 'q"\\\n' }, value: 1 }]),
      '# HELP a x\\\\y\\nz\n# TYPE a gauge\na{l="q\\"\\\\\\n"} 1\n',
    );
    assert.equal(family('a', 'gauge', 'x', []), '');
  });
});
