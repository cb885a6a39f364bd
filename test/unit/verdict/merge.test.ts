import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connected } from '../../../src/reporters/text/connections.ts';
import { merge } from '../../../src/verdict/merge/merge.ts';
import { repeated } from '../../../src/verdict/merge/repeated.ts';
import type { Result } from '../../../src/verdict/result.ts';
import type { CellContents } from '../../support/hand-made.ts';
import { judged, ordinaryRun, plan, threshold } from '../../support/hand-made.ts';
import type { Random } from '../../support/seeded.ts';
import { randomFor } from '../../support/seeded.ts';

const startedAt = '2026-01-02T03:04:05Z';

/** Two seconds are measured, from `laterS` seconds after the first. */
function result(id: string, at: readonly CellContents[], laterS = 0, of = plan()): Result {
  const begin = new Date(Date.parse(startedAt) + laterS * 1000);
  return judged({ ...of, run: { ...of.run, tag: id } }, ordinaryRun(at), { startedAt: begin });
}

function contents(random: Random): CellContents {
  const times = Array.from({ length: 1 + random(500) }, () => random(2 ** random(24)));
  return {
    counts: { messages_sent: times.length, bytes_sent: random(10_000), disconnects: random(5) },
    causes: { disconnects: { 'timed out': random(5) } },
    outside: { messages_sent: random(100) },
    times: { delivery_time: times, publish_time: times.slice(1) },
  };
}

/** As a scenario has it, with a unit. */
function textOf({ expression: { aggregate, compare, limit, metric } }: ReturnType<typeof threshold>): string {
  const unit = metric === 'delivery_time' ? 'us' : '';
  return `${String(aggregate)} ${compare} ${aggregate === 'share' ? `${100 * limit}%` : `${limit}${unit}`}`;
}

const quickAsked = plan({
  thresholds: [
    {
      expression: {
        metric: 'delivery_time',
        where: {},
        aggregate: { percentile: 50 },
        compare: '<',
        limit: 2000,
        text: 'p(50) < 2ms',
      },
      level: 'fail',
      implicit: false,
    },
  ],
});

describe('results merged', () => {
  it('of runs at once are what one run of all would have told', (t) => {
    const random = randomFor(t);
    const each = Array.from({ length: 3 }, () => contents(random));
    const [whole, one, ...more] = [each, ...each.map((contents) => [contents])].map((at, i) => result(`run${i}`, at));
    const merged = merge([one as Result, ...more]);
    const { totals } = merged;
    for (const name of ['messages_sent', 'bytes_sent', 'disconnects', 'delivery_time', 'publish_time'] as const) {
      assert.deepEqual(totals[name], whole?.totals[name], name);
      assert.deepEqual(merged.groups['g']?.[name], whole?.groups['g']?.[name], name);
      assert.deepEqual(merged.brokers['b']?.[name], whole?.brokers['b']?.[name], name);
    }
    assert.equal(totals.outside.messages_sent, whole?.totals.outside.messages_sent);
    assert.equal(totals.connects.count, 30);
    assert.equal(totals.clients_connected.max, 30);
    const measured = ({ series }: Result) => series.filter(({ phase }) => phase === 'measuring')[0];
    assert.deepEqual(measured(merged)?.counts, measured(whole as Result)?.counts);
    const [second, same] = [measured(merged)?.times, measured(whole as Result)?.times];
    for (const name of ['delivery_time', 'publish_time'] as const) {
      assert.equal(second?.[name]?.count, same?.[name]?.count);
      for (const p of ['p50', 'p99', 'max'] as const) {
        const [is, be] = [second?.[name]?.[p] ?? Number.NaN, same?.[name]?.[p] ?? Number.NaN];
        assert.ok(is >= be && is < be * 1.01 + 0.001, `${name} ${p}: ${is} instead of ${be}`);
      }
    }
    assert.equal(merged.run.measuredMs, 2000);
    assert.match(merged.run.name, /\(3 runs, at once\)$/);
    assert.equal(merged.run.peakMemoryBytes, 300 * 2 ** 20);
    const { peakMemoryBytes: _, ...unknown } = (one as Result).run;
    assert.equal('peakMemoryBytes' in merge([{ ...(one as Result), run: unknown }, ...more]).run, false);
  });

  it('of runs one after another have the rate over all their seconds', () => {
    const sent = (messages_sent: number) => [{ counts: { messages_sent } }];
    const merged = merge([result('a', sent(100)), result('b', sent(300), 60)]);
    assert.equal(merged.totals.messages_sent.count, 400);
    assert.equal(merged.totals.messages_sent.rate, 100);
    assert.equal(merged.totals.clients_connected.max, 10);
    assert.equal(merged.run.measuredMs, 4000);
    assert.deepEqual([merged.run.clients, merged.run.runs], [10, 2]);
    assert.match(connected(merged), /^20 in 2 runs/);
    assert.deepEqual(
      merged.series.filter(({ phase }) => phase === 'measuring').map(({ t }) => t),
      [1000, 2000, 61_000, 62_000],
    );
  });

  it('that measured together for a part only say so', () => {
    const half = merge([result('a', []), result('b', [], 0.9)]);
    assert.deepEqual(
      half.warnings.filter((text) => text.includes('in common')),
      [],
    );
    const long = plan({ durationMs: 2000 });
    const late = [result('a', [], 0, long), result('b', [], 0, long)].map((one, i) => ({
      ...one,
      run: { ...one.run, measuredMs: i === 0 ? 20_000 : 10_000 },
    })) as [Result, Result];
    assert.match(merge(late).warnings.join('\n'), /a, b have 10s of at most 20s measured in common/);
  });

  it('are judged by the thresholds that all have, on what they measured together', () => {
    const times = (us: number, n: number): CellContents[] => [{ times: { delivery_time: Array(n).fill(us) } }];
    const slow = result('slow', times(5000, 10), 0, quickAsked);
    const quick = result('quick', times(1000, 100), 0, quickAsked);
    assert.equal(slow.verdict, 'failed');
    const merged = merge([slow, quick]);
    assert.equal(merged.thresholds[0]?.passed, true);
    assert.ok((merged.thresholds[0]?.value ?? 0) < 1.1);
    const worse = merge([slow, result('slow too', times(5000, 200), 0, quickAsked), quick]);
    assert.deepEqual([worse.verdict, worse.exitCode], ['failed', 99]);
    assert.match(worse.reasons.join(), /delivery_time: p\(50\) < 2ms, but it was 5/);
  });

  it('are judged by shares, and by thresholds of a group or a broker, on what they measured together there', () => {
    const where = { group: 'g' };
    const of = plan({
      thresholds: [
        threshold('publishes_late', 'share', '<', 0.1),
        threshold('publishes_late', 'share', '<', 0.1, { where: { broker: 'b' } }),
        threshold('delivery_time', 'max', '<', 2000, { where }),
        // Parts are not told by QoS: the worst of the runs stands for all.
        threshold('delivery_time', 'min', '>=', 2000, { where: { qos: 1 } }),
        threshold('messages_lost', 'rate', '<', 9),
      ].map((one) => ({ ...one, expression: { ...one.expression, text: textOf(one) } })),
    });
    const some = (publishes_late: number, us: number): CellContents[] => [
      {
        labels: { qos: 1 },
        counts: { publishes_due: 99, publishes_late, deliveries_expected: 10, deliveries_made: 6 },
        times: { delivery_time: [us] },
      },
    ];
    const merged = merge([result('a', some(10, 1000), 0, of), result('b', some(50, 3000), 60, of)]);
    assert.deepEqual(
      merged.thresholds.map(({ metric, value, passed }) => [metric, value, passed]),
      [
        ['publishes_late', 0.3, false],
        ['publishes_late{broker=b}', 0.3, false],
        ['delivery_time{group=g}', merged.totals.delivery_time?.max, false],
        ['delivery_time{qos=1}', 1, false],
        ['messages_lost', 2, true],
      ],
    );
  });

  it('keep of windows and of a run that was stopped the worst one, at its time', () => {
    const base = { metric: 'publish_time', expression: 'max < 5ms', level: 'fail', implicit: false, limit: 5 } as const;
    const windowed = { ...base, window: 1000, passed: false };
    const [a, b] = [result('a', []), result('b', [], 60)] as [Result, Result];
    const merged = merge([
      {
        ...a,
        thresholds: [
          { ...windowed, value: 9, worstAt: 3000, windows: { judged: 9, failed: 1 } },
          { ...base, abortOnFail: true, value: 7, passed: false, aborted: { t: 4000 } },
        ],
      },
      {
        ...b,
        thresholds: [
          { ...windowed, value: 12, worstAt: 2000, windows: { judged: 5, failed: 2 } },
          { ...base, abortOnFail: true, value: 8, passed: false },
        ],
      },
    ]);
    const [one, two] = merged.thresholds;
    assert.deepEqual([one?.value, one?.worstAt, one?.windows], [12, 62_000, { judged: 14, failed: 3 }]);
    assert.deepEqual([two?.value, two?.aborted], [7, { t: 4000 }]);
    assert.equal(merged.reasons[0], 'publish_time: max < 5ms, but it was 7ms after 4s: this stopped the run.');
  });

  it('keep thresholds that only some of them had, as those judged them', () => {
    const slow = result('slow', [{ times: { delivery_time: [5000] } }], 0, quickAsked);
    for (const both of [
      [slow, result('other', [])],
      [result('other', []), slow],
    ] as [Result, Result][]) {
      const merged = merge(both);
      assert.deepEqual([merged.verdict, merged.exitCode], ['failed', 99]);
      assert.deepEqual(
        merged.thresholds.map(({ expression, passed }) => [expression, passed]),
        [['p(50) < 2ms', false]],
      );
    }
  });

  it('are no better than the run that tells nothing', () => {
    const ended = judged(plan(), ordinaryRun(), { signal: 'SIGINT' });
    const merged = merge([result('a', []), ended]);
    assert.deepEqual([merged.verdict, merged.exitCode], ['aborted', 130]);
    assert.match(merged.reasons[0] ?? '', /^abc1234: Stopped by SIGINT/);
  });

  it('of repeated runs are what the worst of them is, whatever the last was', () => {
    const expression = { metric: 'messages_sent', where: {}, aggregate: 'count', text: 'count > 10' } as const;
    const of = plan({
      thresholds: [{ expression: { ...expression, compare: '>', limit: 10 }, level: 'fail', implicit: false }],
    });
    const sent = (messages_sent: number) => [{ counts: { messages_sent } }];
    const told = repeated([result('a', sent(5), 0, of), result('b', sent(50), 60, of)], 99);
    assert.deepEqual([told.verdict, told.exitCode, told.thresholds[0]?.value], ['failed', 99, 5]);
    assert.deepEqual(told.reasons, ['run 1 of 2: messages_sent: count > 10, but it was 5.']);
    assert.equal(told.totals.messages_sent.count, 55);
  });

  it('of one run are that run', () => {
    const one = result('a', []);
    assert.equal(merge([one]), one);
  });

  it('must not have one run twice, also as a part of a merged one', () => {
    const [a, b] = [result('a', []), result('b', [])];
    const rule = { name: 'UserError', message: 'two of them are results of the same run, a' };
    assert.throws(() => merge([a, a]), rule);
    assert.throws(() => merge([merge([a, b]), a]), rule);
  });

  it('of different scenarios or machines say so', () => {
    const of = plan();
    const other = plan({ run: { ...of.run, scenarioHash: 'z' } });
    const warnings = merge([result('a', [], 0, of), result('b', [], 0, other)]).warnings.join('\n');
    assert.match(warnings, /of 2 different scenarios/);
  });
});
