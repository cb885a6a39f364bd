import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../src/metrics/snapshot.ts';
import { Totals } from '../../../src/metrics/totals.ts';
import type { Plan, ThresholdPlan } from '../../../src/plan/plan.ts';
import { judge } from '../../../src/verdict/judge.ts';
import { LiveThresholds } from '../../../src/verdict/live.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { Series } from '../../../src/verdict/series.ts';
import { type CellContents, context, plan, progressAt, snapshot, threshold } from '../../support/hand-made.ts';

const active: CellContents = { gauges: { clients_connected: 10, streams_active: 10 } };

/** Second 101 and those after it, each with what is given for it. */
function measured(...seconds: readonly (readonly CellContents[])[]): Snapshot[] {
  return seconds.map((at, i) => snapshot('measuring', 101 + i, { at: [active, ...at], progress: progressAt(101 + i) }));
}

const connected = snapshot('connecting', 99, { at: [{ counts: { connects: 10 }, ...active }] });
const warmUp = snapshot('warmUp', 100, { at: [active] });

function ended(second: number): Snapshot[] {
  const progress = progressAt(second);
  return [snapshot('draining', second + 1, { at: [active], progress }), snapshot('ended', second + 1, { progress })];
}

type Told = { readonly result: Result; readonly stoppedAfter: number | undefined };

/** As run.ts does it; after the stop comes the drain. */
function run(asked: readonly ThresholdPlan[], seconds: readonly Snapshot[], changes: Partial<Plan> = {}): Told {
  const of = plan({ durationMs: 60_000, thresholds: asked, ...changes });
  const totals = new Totals(of.subBuckets);
  const series = new Series(of);
  const live = new LiveThresholds(of, totals, series);
  const add = (one: Snapshot) => {
    totals.add(one);
    series.add(one);
    return live.add(one);
  };
  for (const one of [connected, warmUp]) assert.equal(add(one), false);
  const at = seconds.findIndex(add);
  for (const one of ended(at < 0 ? (seconds.at(-1)?.second ?? 0) : (seconds[at]?.second ?? 0))) add(one);
  const result = judge(of, totals, series, context({ live }));
  return { result, stoppedAfter: at < 0 ? undefined : at + 1 };
}

const times = (...ms: number[]): CellContents => ({
  labels: { qos: 1 },
  counts: { messages_acked: ms.length, messages_sent: ms.length, publishes_due: ms.length },
  times: { publish_time: ms.map((one) => one * 1000) },
});
const quick = [times(1, 1, 1, 1)];
const slow = [times(90, 90, 90, 90)];

describe('a threshold with a window', () => {
  const p75 = (windowMs: number, changes: Partial<ThresholdPlan> = {}) =>
    threshold('publish_time', { percentile: 75 }, '<', 50_000, { windowMs, ...changes });

  it('fails where one window does, though the whole run would pass, and tells the worst one', () => {
    const seconds = measured(quick, quick, quick, slow, quick, quick, quick, quick);
    const { result, stoppedAfter } = run(
      [p75(1000), threshold('publish_time', { percentile: 75 }, '<', 50_000)],
      seconds,
    );
    const [windowed, whole] = result.thresholds;
    assert.equal(stoppedAfter, undefined);
    assert.deepEqual([windowed?.passed, whole?.passed], [false, true]);
    assert.ok(Math.abs((windowed?.value ?? 0) - 90) < 0.2);
    // The load began with second 100.
    assert.deepEqual([windowed?.worstAt, windowed?.windows], [4000, { judged: 8, failed: 1 }]);
    assert.deepEqual([result.verdict, result.exitCode], ['failed', 99]);
    assert.match(
      result.reasons[0] ?? '',
      /in every 1s, but it was 90ms from 4s to 5s, the worst: 1 of 8 windows failed\.$/,
    );
  });

  it('is judged on the merged histograms of its seconds, every second once it is whole', () => {
    // A quarter of 2 s is slow, then half: the 75th percentile notices the half only.
    const { result } = run([p75(2000)], measured(quick, [times(1, 1, 90, 90)], slow, quick, quick));
    const [{ windows, worstAt, passed } = {}] = result.thresholds;
    assert.deepEqual([windows, worstAt, passed], [{ judged: 4, failed: 2 }, 2000, false]);
  });

  it('takes whole seconds of the measured window only', () => {
    const [first, last] = measured(quick, slow) as [Snapshot, Snapshot];
    const cut = { ...last, progress: { ...progressAt(102), windowToUs: 102_400_000 } };
    const { result } = run([p75(1000), p75(2000)], [first, cut]);
    assert.deepEqual(
      result.thresholds.map(({ passed, value, windows }) => [passed, value === null, windows?.judged]),
      [
        [true, false, 1],
        [false, true, 0],
      ],
    );
    assert.match(result.reasons.join(), /but there is no data in any whole window of 2s\./);
  });

  it('begins anew where a second is missing', () => {
    const seconds = measured(quick, quick, quick, quick).filter((_, i) => i !== 1);
    assert.deepEqual(run([p75(2000)], seconds).result.thresholds[0]?.windows, { judged: 1, failed: 0 });
  });

  it('passes over windows without a value, but takes a rate of nothing for 0', () => {
    const rate = threshold('messages_acked', 'rate', '>', 0, { windowMs: 1000 });
    const { result } = run([p75(1000), rate], measured(quick, [], quick));
    assert.deepEqual(
      result.thresholds.map(({ passed, windows }) => [passed, windows]),
      [
        [true, { judged: 2, failed: 0 }],
        [false, { judged: 3, failed: 1 }],
      ],
    );
  });

  it('is not judged before after', () => {
    const { result } = run([p75(1000, { afterMs: 3000 })], measured(slow, slow, quick, quick));
    assert.deepEqual([result.thresholds[0]?.windows, result.thresholds[0]?.after], [{ judged: 2, failed: 0 }, 3000]);
    // The window that ends there is the first.
    const { windows } =
      run([p75(2000, { afterMs: 3000 })], measured(slow, slow, quick, quick)).result.thresholds[0] ?? {};
    assert.deepEqual(windows, { judged: 2, failed: 1 });
  });

  it('asks counts, rates, shares and gauges of its seconds', () => {
    const late = (publishes_due: number, publishes_late: number): CellContents[] => [
      {
        labels: { qos: 1 },
        counts: { publishes_due, publishes_late, messages_sent: publishes_due },
        outside: { messages_sent: 4 },
      },
    ];
    const asked = [
      threshold('publishes_late', 'share', '<', 0.3, { windowMs: 2000 }),
      threshold('publishes_late', 'count', '<=', 10, { windowMs: 2000 }),
      threshold('messages_sent', 'rate', '>=', 12, { windowMs: 2000 }),
      threshold('clients_connected', 'min', '>=', 10, { windowMs: 2000 }),
      threshold('streams_active', 'last', '==', 10, { windowMs: 2000 }),
    ];
    const { result } = run(asked, measured(late(20, 0), late(20, 10), late(4, 2)));
    assert.deepEqual(
      result.thresholds.map(({ value, passed }) => [value, passed]),
      // 12 of 24; 0 + 10, then 10 + 2; of what happened: (20 + 4 + 4 + 4) / 2.
      [
        [0.5, false],
        [12, false],
        [16, true],
        [10, true],
        [10, true],
      ],
    );
  });

  it('looks at its part of the run only', () => {
    const at = (group: string, ms: number): CellContents => ({
      labels: { group, qos: 1 },
      times: { publish_time: [ms * 1000] },
    });
    const of = (group: string) => p75(1000, { where: { group } } as object);
    const { result } = run(
      [of('a'), of('b'), of('nobody')],
      measured([at('a', 1), at('b', 90)], [at('a', 2), at('b', 3)]),
    );
    assert.deepEqual(
      result.thresholds.map(({ metric, passed, value }) => [metric, passed, value === null]),
      [
        ['publish_time{group=a}', true, false],
        ['publish_time{group=b}', false, false],
        ['publish_time{group=nobody}', false, true],
      ],
    );
  });
});

describe('a threshold that stops the run', () => {
  const max = (changes: Partial<ThresholdPlan> = {}) =>
    threshold('publish_time', 'max', '<', 50_000, { abortOnFail: true, ...changes });

  it('does so at the first second in which the run so far fails, and says when and at which value', () => {
    const { result, stoppedAfter } = run([max()], measured(quick, slow, quick, quick));
    const [told] = result.thresholds;
    assert.equal(stoppedAfter, 2);
    assert.deepEqual([told?.passed, told?.aborted, told?.abortOnFail], [false, { t: 3000 }, true]);
    assert.deepEqual([result.verdict, result.exitCode], ['failed', 99]);
    assert.match(
      result.reasons[0] ?? '',
      /^publish_time: max < 50000, but it was 90ms after 3s: this stopped the run\.$/,
    );
    assert.ok(result.events.some(({ t, text }) => t === 3000 && text.startsWith('the load is stopped: publish_time')));
    // Why the window was short is said already.
    assert.doesNotMatch(result.warnings.join(), /measured window ended/);
  });

  it('stays failed, whatever comes later', () => {
    const share = threshold('messages_unacked', 'share', '<', 0.3, { abortOnFail: true });
    const unacked = {
      labels: { qos: 1 as const },
      counts: { messages_sent: 2, messages_unacked: 1, publishes_due: 2 },
    };
    const of = plan({ durationMs: 60_000, thresholds: [share] });
    const totals = new Totals(of.subBuckets);
    const series = new Series(of);
    const live = new LiveThresholds(of, totals, series);
    const stops = [...measured([unacked], [times(1, 1, 1, 1, 1, 1)]), ...ended(102)].map((one) => {
      totals.add(one);
      series.add(one);
      return live.add(one);
    });
    // It stops once.
    assert.deepEqual(stops, [true, false, false, false]);
    const [told] = judge(of, totals, series, context({ live })).thresholds;
    assert.deepEqual([told?.value, told?.passed], [0.5, false]);
  });

  it('waits for after, and for data', () => {
    assert.equal(run([max({ afterMs: 2000 })], measured([], slow, slow)).stoppedAfter, 2);
    assert.equal(run([max()], measured([], [], slow, slow)).stoppedAfter, 3);
    assert.equal(run([max()], measured([], [])).result.thresholds[0]?.value, null);
  });

  it('by its window, whole and in the measured window, sees no longer what was before', () => {
    const windowed = max({ windowMs: 2000, afterMs: 4000 });
    assert.equal(run([windowed], measured(slow, slow, quick, quick, quick)).stoppedAfter, undefined);
    const { result, stoppedAfter } = run([windowed], measured(quick, quick, quick, quick, slow, quick));
    assert.equal(stoppedAfter, 5);
    assert.match(result.reasons[0] ?? '', /in every 2s, but it was 90ms from 4s to 6s: this stopped the run\.$/);
  });

  it('judges rates by the seconds that are told, though a late thread tells several at once', () => {
    const rate = threshold('messages_sent', 'rate', '>=', 4, { abortOnFail: true });
    const late = measured(quick, quick, quick).map((one) => ({ ...one, progress: progressAt(103) }));
    assert.equal(run([rate], late).stoppedAfter, undefined);
  });

  it('has nothing to stop in the last second, and when all is sent', () => {
    assert.equal(run([max()], measured(quick, slow), { durationMs: 2000 }).stoppedAfter, undefined);
    const [sent] = measured(slow).map((one) => ({ ...one, cells: one.cells.map((cell) => ({ ...cell, gauges: {} })) }));
    const { result, stoppedAfter } = run([max()], sent === undefined ? [] : [sent]);
    assert.equal(stoppedAfter, undefined);
    assert.deepEqual([result.thresholds[0]?.passed, result.thresholds[0]?.aborted], [false, undefined]);
  });

  it('makes the run failed though it is incomplete, too, and says both', () => {
    const errors = threshold('connect_errors', 'count', '==', 0, { abortOnFail: true });
    const { result } = run([errors], measured([{ counts: { connect_errors: 3 } }, ...quick]), {
      groups: plan().groups.map((group) => ({ ...group, clients: 12 })),
    });
    assert.deepEqual([result.verdict, result.exitCode], ['failed', 99]);
    assert.match(
      result.reasons.join('\n'),
      /^connect_errors: .* stopped the run\.\nGroup g: 2 of 12 clients never connected/,
    );
  });
});
