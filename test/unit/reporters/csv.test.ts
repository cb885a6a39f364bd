import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counterNames, gaugeNames, timeNames } from '../../../src/metrics/catalog.ts';
import { csv } from '../../../src/reporters/csv.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { group, judged, ordinaryRun, plan } from '../../support/hand-made.ts';
import { toldOf } from '../../support/told.ts';

const result = judged(
  plan({ groups: [group('a'), group('b')] }),
  ordinaryRun([
    { labels: { group: 'a' }, counts: { messages_sent: 10 }, times: { publish_time: [1000, 2000] } },
    { labels: { group: 'b' }, counts: { messages_sent: 5 } },
  ]),
);

/** RFC 4180, with CRLF at the end of every row and quoted cells. */
function parsed(text: string): string[][] {
  const rows: string[][] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const row: string[] = [];
  let end = 0;
  for (let match = cells.exec(text); match !== null; match = cells.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') rows.push(row.splice(0));
    end = cells.lastIndex;
    if (end === text.length) break;
  }
  assert.equal(end, text.length);
  assert.deepEqual(row, []);
  return rows;
}

async function rowsOf(of: Result): Promise<Record<string, string>[]> {
  const [header = [], ...rows] = parsed(await toldOf(csv, of));
  for (const row of rows) assert.equal(row.length, header.length);
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i] ?? '', cell])));
}

describe('the csv report', () => {
  it('has a row for each second and phase, and one for each group in it', async () => {
    const rows = await rowsOf(result);
    assert.equal(rows.length, 3 * result.series.length);
    const told = rows.filter(({ phase }) => phase === 'measuring').slice(0, 3);
    assert.deepEqual(
      told.map((row) => [row['t_ms'], row['group'], row['messages_sent'], row['publish_time_count']]),
      [
        ['1000', '', '15', '2'],
        ['1000', 'a', '10', '2'],
        ['1000', 'b', '5', ''],
      ],
    );
    const [all] = told;
    assert.deepEqual([all?.['publish_time_p50_ms'], all?.['publish_time_max_ms'], all?.['connects']], ['1', '2', '0']);
  });

  it('has a column for every metric that is recorded, so that runs have the same ones', async () => {
    const [header = []] = parsed(await toldOf(csv, judged(plan(), [])));
    assert.deepEqual(header.slice(0, 3), ['t_ms', 'phase', 'group']);
    for (const name of [...counterNames, ...gaugeNames]) assert.ok(header.includes(name), name);
    for (const name of timeNames) assert.ok(header.includes(`${name}_p99_ms`), name);
    assert.equal(new Set(header).size, header.length);
  });

  it('quotes names, and lets none begin a formula', async () => {
    const [second] = result.series;
    assert.ok(second !== undefined);
    const counts = { counts: {}, times: {}, gauges: {} };
    const groups = { '=HYPERLINK("http://x","y")': counts, '@a': counts, '-1': counts, 'a\r\n"b",c': counts };
    const rows = await rowsOf({ ...result, series: [{ ...second, groups }] });
    assert.deepEqual(
      rows.map(({ group }) => group),
      ['', '\'=HYPERLINK("http://x","y")', "'@a", "'-1", 'a\r\n"b",c'],
    );
  });
});
