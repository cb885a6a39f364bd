import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { group, judged, plan, progressAt, snapshot, told } from '../../support/hand-made.ts';

describe('the series', () => {
  it('has one entry a second, in ms from the start of the load', () => {
    const { series } = told(plan(), [snapshot('connecting', 98), snapshot('warmUp', 100), snapshot('measuring', 101)]);
    assert.deepEqual(
      series.entries(100_000_000).map(({ t, phase }) => [t, phase]),
      [
        [-2000, 'connecting'],
        [0, 'warmUp'],
        [1000, 'measuring'],
      ],
    );
  });

  it('puts together what is told of one second and phase, and keeps the phases of a second apart', () => {
    const part = (qos: 0 | 1) => ({
      labels: { qos },
      counts: { messages_sent: 2 },
      times: { publish_time: [1000 * (1 + qos)] },
    });
    const { series } = told(plan(), [
      snapshot('measuring', 101, { at: [part(0)] }),
      snapshot('measuring', 101, { at: [part(1)] }),
      snapshot('draining', 101, { at: [{ counts: { messages_sent: 1 } }] }),
    ]);
    const [measuring, draining] = series.entries(100_000_000);
    assert.equal(measuring?.counts.messages_sent, 4);
    assert.deepEqual([measuring?.times.publish_time?.count, measuring?.times.publish_time?.p50], [2, 1]);
    assert.equal(draining?.counts.messages_sent, 1);
  });

  it('counts by event time: what was due in warm-up counts in the second in which it happened', () => {
    const { series } = told(plan(), [
      snapshot('measuring', 101, { at: [{ counts: { messages_received: 3 }, outside: { messages_received: 4 } }] }),
    ]);
    assert.equal(series.entries(100_000_000)[0]?.counts.messages_received, 7);
  });

  it('adds up to inWindow over the seconds measured', () => {
    const at = (n: number) => [{ counts: { messages_sent: n }, outside: { messages_sent: 1 } }];
    const result = judged(plan(), [
      snapshot('warmUp', 100, { at: at(0) }),
      snapshot('measuring', 101, { at: at(5), progress: progressAt(101) }),
      snapshot('measuring', 102, { at: at(6), progress: progressAt(102) }),
      snapshot('draining', 103, { at: at(9), progress: progressAt(102) }),
    ]);
    const measured = result.series.filter(({ phase }) => phase === 'measuring');
    const sum = measured.reduce((total, { counts }) => total + (counts.messages_sent ?? 0), 0);
    assert.equal(sum, result.totals.messages_sent.inWindow);
  });

  it('has the groups apart, up to twenty of them', () => {
    const cells = [
      { labels: { group: 'a' }, counts: { connects: 1 } },
      { labels: { group: 'b' }, counts: { connects: 2 } },
    ];
    const few = told(plan({ groups: [group('a'), group('b')] }), [snapshot('connecting', 99, { at: cells })]);
    assert.equal(few.series.entries(undefined)[0]?.groups?.['b']?.counts.connects, 2);
    const groups = Array.from({ length: 21 }, (_, i) => group(`g${i}`));
    assert.equal(told(plan({ groups }), [snapshot('connecting', 99)]).series.entries(undefined)[0]?.groups, undefined);
  });
});

describe('gauges', () => {
  const at = (in_flight: number) => [{ gauges: { in_flight } }, { labels: { broker: 'c' }, gauges: { in_flight: 1 } }];

  it('have the extremes of their sum in the measured window and the last value before the end', () => {
    const { series } = told(plan(), [
      snapshot('warmUp', 100, { at: at(100) }),
      snapshot('measuring', 101, { at: at(4) }),
      snapshot('measuring', 102, { at: at(8) }),
      snapshot('draining', 103, { at: at(2) }),
      snapshot('ended', 104),
    ]);
    assert.deepEqual(series.gauge('in_flight', {}), { last: 3, min: 5, max: 9 });
    assert.deepEqual(series.gauge('in_flight', { broker: 'b' }), { last: 2, min: 4, max: 8 });
  });

  it('are replaced, not added, where a second is told in two parts', () => {
    const { series } = told(plan(), [
      snapshot('measuring', 101, { at: at(4) }),
      snapshot('measuring', 101, { at: at(5) }),
    ]);
    assert.equal(series.entries(undefined)[0]?.gauges.in_flight, 6);
  });
});
