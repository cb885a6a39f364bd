import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { build } from 'hdr-histogram-js';
import { hgrm } from '../../../src/reporters/hgrm.ts';
import { judged, ordinaryRun, plan } from '../../support/hand-made.ts';
import { parts, toldOf } from '../../support/told.ts';

const values = Array.from({ length: 5000 }, (_, i) => 300 + ((i * 7919) % 5000) * ((i % 97) + 1));
const result = judged(
  plan(),
  ordinaryRun([{ counts: { messages_sent: 10 }, times: { publish_time: values, connect_time: [70_000] } }]),
);

describe('the hgrm report', () => {
  it('is what HdrHistogram itself prints of the same values, in ms', async () => {
    const own = build({ lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 30, numberOfSignificantValueDigits: 3 });
    for (const value of values) own.recordValue(value);
    const [head, ...lines] = (await toldOf(hgrm, result)).split('\n');
    assert.equal(head, '#[publish_time: from when a publish was due to its acknowledgement, in ms]');
    const ofValues = (text: readonly string[]) => text.filter((line) => !/^#\[(?:Buckets|Max)/.test(line));
    const expected = own.outputPercentileDistribution(5, 1000).split('\n');
    assert.deepEqual(ofValues(lines), ofValues(expected));
    // Of the greatest value its bucket is known, whose highest value is told.
    const highest = (values.toSorted((a, b) => b - a)[0] ?? 0) / 1000;
    const [, max = '', count] = /^#\[Max +=\s+([\d.]+), Total count += +(\d+)\]$/m.exec(lines.join('\n')) ?? [];
    assert.ok(Number(max) >= highest && Number(max) < 1.001 * highest);
    assert.equal(Number(count), values.length);
  });

  it('is read by a plotter: four columns, of which percentiles and counts never fall', async () => {
    const rows = (await toldOf(hgrm, result))
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.trim().split(/ +/).map(Number))
      .filter((row) => row.length === 4 && row.every((cell) => !Number.isNaN(cell)));
    assert.ok(rows.length > 50);
    for (const [i, [value = 0, percentile = 0, count = 0, inverse = 0]] of rows.entries()) {
      const [before = 0, percentileBefore = 0, countBefore = 0] = rows[i - 1] ?? [];
      assert.ok(value >= before && percentile > percentileBefore - 1e-12 && count >= countBefore);
      assert.ok(Math.abs(inverse - 1 / (1 - percentile)) <= 0.01 + inverse * 1e-6);
    }
  });

  it('holds the time that the name of its file says', async () => {
    assert.match(
      await toldOf(hgrm, result, { name: 'connect_time.hgrm' }),
      /^#\[connect_time: [\s\S]*Total count {4}= +1\]/,
    );
    assert.match(
      await toldOf(hgrm, result, { name: 'delivery_time.txt' }),
      /^#\[delivery_time: .*\n#\[No value was measured\]\n$/,
    );
    assert.match(await toldOf(hgrm, result, { name: 'out.hgrm' }), /^#\[publish_time: /);
  });

  it('is a file for each time that has values, given places', async () => {
    const { part, texts } = parts();
    assert.equal(await toldOf(hgrm, result, { part }), '');
    assert.deepEqual(Object.keys(texts()).sort(), ['connect_time.hgrm', 'publish_time.hgrm']);
  });
});
