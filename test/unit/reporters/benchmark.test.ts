import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { benchmark } from '../../../src/reporters/benchmark.ts';
import { judged, ordinaryRun, plan, progressAt, snapshot } from '../../support/hand-made.ts';
import { toldOf } from '../../support/told.ts';

type Figure = { name: string; unit: string; value: number; range?: string; extra: string };

const times = { publish_time: [1000, 2000], schedule_lag: [10], tcp_time: [50] };
const result = judged(
  plan(),
  ordinaryRun([
    { counts: { messages_sent: 10, messages_received: 20 }, times },
    { labels: { qos: 1 }, counts: { deliveries_expected: 40, deliveries_made: 39 } },
  ]),
);

async function figuresOf(of = result): Promise<Figure[]> {
  return JSON.parse(await toldOf(benchmark, of)) as Figure[];
}

describe('the benchmark report', () => {
  it('has times, losses and the time between messages, of all of which less is better', async () => {
    const figures = await figuresOf();
    assert.deepEqual(
      figures.map(({ name, unit, value }) => [name, unit, value]),
      [
        ['publish_time p50', 'ms', 1],
        ['publish_time p99', 'ms', 2],
        ['messages_lost share', '%', 2.5],
        ['time between messages_sent', 'us', 200_000],
        ['time between messages_received', 'us', 100_000],
      ],
    );
    assert.match(figures[0]?.extra ?? '', /^2 values; hand-made, run abc1234, mqtt-stress 0\.1\.0, cpu, trust: /);
  });

  it('tells as range how much a percentile varies between the seconds', async () => {
    const seconds = [1, 2, 3].map((each) =>
      snapshot('measuring', 100 + each, {
        at: [{ counts: { messages_sent: 1 }, times: { publish_time: [each * 1000] } }],
        progress: progressAt(100 + each),
      }),
    );
    const run = [...ordinaryRun().slice(0, 2), ...seconds, snapshot('ended', 104, { progress: progressAt(103) })];
    const [first] = await figuresOf(judged(plan(), run));
    assert.deepEqual([first?.name, first?.range], ['publish_time p50', '± 1']);
    assert.equal((await figuresOf())[0]?.range, undefined);
  });

  it('is empty for a run that says nothing about the broker, so that no baseline is made of it', async () => {
    assert.deepEqual(await figuresOf(judged(plan(), ordinaryRun(), { signal: 'SIGINT' })), []);
    assert.deepEqual(await figuresOf({ ...result, verdict: 'invalid' }), []);
    assert.equal((await figuresOf({ ...result, verdict: 'failed' })).length, 5);
  });
});
