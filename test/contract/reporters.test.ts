import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Totals } from '../../src/metrics/totals.ts';
import { reporters } from '../../src/reporters/index.ts';
import type { Result } from '../../src/verdict/result.ts';
import { judged, ordinaryRun, plan, snapshot } from '../support/hand-made.ts';
import { written } from '../support/written.ts';

const runs = {
  'a run that passes': ordinaryRun([{ counts: { messages_sent: 10 }, times: { publish_time: [1000] } }]),
  'a run that never started': [snapshot('connecting', 99), snapshot('ended', 130)],
  'a run without a single snapshot': [],
};

for (const [name, open] of Object.entries(reporters)) {
  describe(`the ${name} reporter`, () => {
    for (const [which, snapshots] of Object.entries(runs)) {
      for (const interactive of [true, false]) {
        it(`tells ${which} ${interactive ? 'on a terminal' : 'elsewhere'}`, async () => {
          const output = written({ interactive, colour: interactive, columns: 80 });
          const reporter = (await open())(output);
          const totals = new Totals(2048);
          reporter.start?.(plan());
          for (const each of snapshots) {
            totals.add(each);
            reporter.second?.(each, totals);
          }
          await reporter.end?.(judged(plan(), snapshots));
          // The code of a page may hold any word.
          const told = output.text().replace(/<script>.*?<\/script>/s, '');
          assert.ok(told.length > 0);
          assert.doesNotMatch(told, /undefined|NaN|\[object/);
        });
      }
    }

    it('needs nothing but the result where it tells only the end', async () => {
      const reporter = (await open())(written({}));
      await reporter.end?.(judged(plan(), ordinaryRun()));
    });
  });
}

describe('the json reporter', () => {
  it('writes the result as one JSON document with its schema named', async () => {
    const output = written({});
    const result = judged(plan(), ordinaryRun([{ counts: { messages_sent: 10 }, times: { publish_time: [1000] } }]));
    await (await reporters.json())(output).end?.(result);
    const read = JSON.parse(output.text()) as Result;
    assert.equal(read.schema, 'mqtt-stress/result/1');
    assert.deepEqual(read, JSON.parse(JSON.stringify(result)));
  });
});
