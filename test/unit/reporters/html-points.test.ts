import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../../src/metrics/histogram.ts';
import { distributions, inverseTails } from '../../../src/reporters/html/distribution.ts';
import { type Measure, pointsOf, stepFor } from '../../../src/reporters/html/points.ts';
import type { PartResult, SeriesEntry } from '../../../src/verdict/result.ts';

const sent: Measure = { of: 'counter', name: 'messages_sent' };
const p99: Measure = { of: 'time', name: 'delivery_time', field: 'p99' };
const connected: Measure = { of: 'gauge', name: 'clients_connected', keep: 'lowest' };
const inFlight: Measure = { of: 'gauge', name: 'in_flight', keep: 'highest' };
const cpu: Measure = { of: 'observed', name: 'cpuSeconds', broker: 'north' };

function second(t: number, changes: Partial<SeriesEntry> = {}): SeriesEntry {
  return { t: t * 1000, phase: 'measuring', counts: {}, times: {}, gauges: {}, ...changes };
}

const time = (value: number) => ({ delivery_time: { count: 1, p50: value, p99: value, max: value } });

describe('points of a run', () => {
  it('are its seconds, where there are few', () => {
    const series = [second(-1, { phase: 'ready' }), second(0, { counts: { messages_sent: 5 }, times: time(1.5) })];
    assert.equal(stepFor(2000, series), 1);
    assert.deepEqual(pointsOf(series, [sent, p99], 1), {
      t: [-1, 0],
      phases: ['ready', 'measuring'],
      values: [
        [0, 5],
        [null, 1.5],
      ],
    });
  });

  it('add up a second in which the phase changed', () => {
    const series = [
      second(3, { phase: 'warmUp', counts: { messages_sent: 2 } }),
      second(3, { counts: { messages_sent: 3 } }),
    ];
    assert.deepEqual(pointsOf(series, [sent], 1), { t: [3], phases: ['measuring'], values: [[5]] });
  });

  it('keep every message, the highest times, the fewest clients', () => {
    const series = Array.from({ length: 100 }, (_, i) =>
      second(i, {
        counts: { messages_sent: i },
        times: time(i === 42 ? 900 : 1),
        gauges: { clients_connected: i === 77 ? 1 : 10, in_flight: i },
        observed: { north: { cpuSeconds: i === 5 ? 0.9 : 0.1 } },
      }),
    );
    const step = stepFor(11, series);
    assert.equal(step, 10);
    const [sums = [], slowest = [], fewest = [], most = [], busiest = []] = pointsOf(
      series,
      [sent, p99, connected, inFlight, cpu],
      step,
    ).values;
    assert.equal(
      sums.reduce<number>((all, rate) => all + step * (rate ?? 0), 0),
      (99 * 100) / 2,
    );
    assert.deepEqual([slowest[4], fewest[7], most[9], busiest[0]], [900, 1, 99, 0.9]);
    assert.deepEqual([slowest[5], fewest[6], busiest[1]], [1, 10, 0.1]);
  });

  it('never are more than asked for, wherever the runs begin', () => {
    for (const from of [-7, -1, 0, 13]) {
      for (const length of [1999, 2000, 2001, 4001, 28_800]) {
        const series = Array.from({ length }, (_, i) => second(from + i));
        const { t } = pointsOf(series, [], stepFor(2000, series));
        assert.ok(t.length <= 2000, `${t.length} of ${length} from ${from}`);
      }
    }
    assert.equal(stepFor(100, [second(0)], [second(0), second(300)]), stepFor(100, [second(0), second(300)]));
  });

  it('are of one group where it is asked for, and nothing of one that is not there', () => {
    const part = { counts: { messages_sent: 2 }, times: {}, gauges: {} };
    const series = [second(0, { counts: { messages_sent: 9 }, groups: { a: part } })];
    assert.deepEqual(pointsOf(series, [sent], 1, 'a').values, [[2]]);
    assert.deepEqual(pointsOf(series, [connected], 1, 'toString').values, [[null]]);
  });

  it('take a gauge that is not told for zero, but not while we disconnect', () => {
    const series = [second(0, { gauges: { clients_connected: 3 } }), second(1), second(2, { phase: 'ended' })];
    assert.deepEqual(pointsOf(series, [connected], 1).values, [[3, 0, null]]);
  });
});

describe('distributions', () => {
  it('tell the percentiles of the histogram, up to the highest value', () => {
    const histogram = new Histogram(2048);
    for (let i = 1; i <= 10_000; i++) histogram.record(i * 37);
    const part = { delivery_time: { hdr: histogram.encode() } } as unknown as PartResult;
    const { delivery_time: values = [] } = distributions(part, ['delivery_time', 'publish_time']);
    const at = (tail: number) => values[inverseTails.indexOf(tail)];
    for (const [tail, percentile] of [
      [1, 0],
      [2, 50],
      [10, 90],
      [100, 99],
      [1000, 99.9],
    ] as const)
      assert.equal(at(tail), histogram.percentile(percentile) / 1000);
    assert.equal(values.at(-1), histogram.max / 1000);
    assert.ok(values.length < inverseTails.length);
    assert.deepEqual(
      values,
      values.toSorted((one, other) => one - other),
    );
  });
});
