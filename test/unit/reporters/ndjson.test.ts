import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ndjson } from '../../../src/reporters/ndjson.ts';
import { group, judged, ordinaryRun, plan } from '../../support/hand-made.ts';
import { toldLive, toldOf } from '../../support/told.ts';

type Line = {
  type: string;
  t?: number | null;
  phase?: string;
  counts?: Record<string, number>;
  times?: Record<string, { count: number; p50: number }>;
  groups?: Record<string, { counts: Record<string, number> }>;
  totals?: Record<string, number>;
  verdict?: string;
  series?: unknown;
};

const two = plan({ groups: [group('a'), group('b')] });
const run = ordinaryRun([
  {
    labels: { group: 'a' },
    counts: { messages_sent: 10 },
    outside: { messages_sent: 2 },
    times: { publish_time: [1000] },
  },
]);
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('the ndjson report', () => {
  it('tells the start, every second, and the result without its series, a line each', async () => {
    const lines = linesOf(await toldLive(ndjson, two, run));
    const result = judged(two, run);
    assert.deepEqual(
      lines.map(({ type }) => type),
      ['start', ...result.series.map(() => 'second'), 'result'],
    );
    const { type: _type, ...last } = lines.at(-1) as Line;
    const { series: _series, ...rest } = result;
    assert.deepEqual(last, JSON.parse(JSON.stringify(rest)));
  });

  it('has what happened in a second as the series has it, with the run so far', async () => {
    const lines = linesOf(await toldLive(ndjson, two, run));
    const seconds = lines.filter(({ type }) => type === 'second');
    const measured = seconds.find(({ phase }) => phase === 'measuring');
    const entry = judged(two, run).series.find(({ phase }) => phase === 'measuring');
    const { counts, times, gauges, groups } = measured as unknown as Record<string, unknown>;
    const { counts: c, times: t, gauges: g, groups: gs } = JSON.parse(JSON.stringify(entry)) as Record<string, unknown>;
    assert.deepEqual({ counts, times, gauges, groups }, { counts: c, times: t, gauges: g, groups: gs });
    assert.equal(measured?.counts?.['messages_sent'], 12);
    assert.equal(measured?.groups?.['a']?.counts['messages_sent'], 12);
    assert.deepEqual(measured?.totals, { connects: 10, messages_sent: 12 });
    assert.deepEqual(seconds.at(-1)?.totals, { connects: 10, messages_sent: 12, publishes_due: 1 });
  });

  it('tells the seconds of a saved run by its series', async () => {
    const lines = linesOf(await toldOf(ndjson, judged(two, run)));
    assert.deepEqual(
      lines.map(({ type, t }) => [type, t]),
      [...judged(two, run).series.map(({ t }) => ['second', t]), ['result', undefined]],
    );
  });
});
