import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { catalog, metricNames, timeNames } from '../../../src/metrics/catalog.ts';
import { Histogram } from '../../../src/metrics/histogram.ts';
import { shareBases } from '../../../src/metrics/shares.ts';

const page = readFileSync(new URL('../../../../docs/measuring.md', import.meta.url), 'utf8');
/** The cells of every row of a table. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
const metricsOf = ([first = '']: readonly string[]) => (/^(`[a-z_]+`(, )?)+$/.test(first) ? namesIn(first) : []);

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name);
}

describe('docs/measuring.md', () => {
  it('has one row for every metric of the catalog, and none for anything else', () => {
    assert.deepEqual(rows.flatMap(metricsOf).toSorted(), metricNames.toSorted());
  });

  it('says of every time where its clock starts and stops, and of every other metric what it counts', () => {
    for (const row of rows) {
      for (const name of metricsOf(row)) {
        const isTime = catalog[name as keyof typeof catalog].kind === 'time';
        assert.equal(row.length, isTime ? 5 : 2, name);
        assert.ok(
          row.slice(0, isTime ? 3 : 2).every((cell) => cell !== ''),
          name,
        );
      }
    }
    assert.equal(rows.filter((row) => metricsOf(row).length > 0 && row.length === 5).length, timeNames.length);
  });

  it('says of every share what it is of', () => {
    const told = rows.flatMap(([words = '', of = '', metrics = '', ...more]) =>
      metricsOf([metrics]).length === 0 || more.length > 0
        ? []
        : metricsOf([metrics]).map((metric) => [metric, words, namesIn(of)]),
    );
    const known = Object.entries(shareBases).map(([metric, { words, of }]) => [metric, words, of]);
    assert.deepEqual(told.toSorted(), known.toSorted());
  });

  it('gives histograms the error that they have', () => {
    for (const [subBuckets, exact, percent] of [
      [2048, 2048, 0.1],
      [256, 256, 0.8],
    ] as const) {
      const error = (us: number) => {
        const histogram = new Histogram(subBuckets);
        histogram.record(us);
        const { min, max, mean } = histogram;
        assert.ok(min <= us && max >= us, `${min} ${us} ${max}`);
        return [max - us, us - min, 2 * Math.abs(mean - us)].map((off) => (100 * off) / us);
      };
      for (let us = 1; us < exact; us++) assert.deepEqual(error(us), [0, 0, 0]);
      const worst = Math.max(
        ...[1, 1.0005, 1.3, 7.77, 1e3, 1e6].flatMap((times) => error(Math.floor(times * exact) + 1)),
      );
      assert.ok(worst <= percent && worst > percent / 3, `${worst} %`);
      assert.ok(page.includes(`${exact.toLocaleString('en')} us`) && page.includes(`${percent} %`));
    }
  });
});
