import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { text } from '../../../src/reporters/text.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { hintsLeft } from '../../../src/verdict/words.ts';
import { type CellContents, group, judged, ordinaryRun, plan, threshold } from '../../support/hand-made.ts';
import { written } from '../../support/written.ts';

const twins = group('twins', { clients: 12, clientId: 'twin', allowDuplicateIds: true });
const shared = plan({ groups: [twins, group('g')] });

function resultOf(of: Parameters<typeof judged>[0], by: Readonly<Record<string, number>>): Result {
  const count = Object.values(by).reduce((sum, n) => sum + n, 0);
  return judged(of, ordinaryRun([{ counts: { takeovers: count }, causes: { takeovers: by } }]));
}

function toldOf(result: Result): string {
  const output = written({ columns: 100 });
  text(output).end?.(result);
  return output.text();
}

const repeating = (ids: readonly string[], contents: CellContents, more: readonly CellContents[] = []) => {
  const [connecting, warmUp, first, ...rest] = ordinaryRun([contents, ...more]);
  const cells = first?.cells.map((cell, i) => (i === 0 ? { ...cell, repeated: ids } : cell)) ?? [];
  return [connecting, warmUp, { ...first, cells }, ...rest] as Parameters<typeof judged>[1];
};

const somebody = (result: Result) => result.warnings.filter((warning) => warning.includes('somebody else'));

describe('takeovers in the result', () => {
  test('by clients of the run that share an id name the id, how often and who, and are no warning', () => {
    const result = resultOf(shared, { twin: 38 });
    const clients = Array.from({ length: 10 }, (_, i) => `twins[${i}]`);
    assert.deepEqual(result.takeovers, [{ clientId: 'twin', broker: 'b', count: 38, clients }]);
    assert.deepEqual(somebody(result), []);
    const report = toldOf(result);
    assert.match(report, /^Takeovers\n {2}· twin: 38 times, shared by twins\[0\], twins\[1\],/m);
    assert.match(report, /^ {2}taken over +38$/m);
  });

  test('by somebody else are a warning that names the id', () => {
    const result = resultOf(shared, { 'g-abc1234-3': 2 });
    assert.deepEqual(result.takeovers, [{ clientId: 'g-abc1234-3', broker: 'b', count: 2, clients: [] }]);
    assert.deepEqual(somebody(result).length, 1);
    assert.match(
      somebody(result)[0] ?? '',
      /^somebody else uses the client id "g-abc1234-3": the broker ended its connection 2 times/,
    );
    assert.doesNotMatch(toldOf(result), /^Takeovers/m);
  });

  test('of many ids name the most frequent, and count the rest', () => {
    const by = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`id-${i}`, i + 1]));
    const result = resultOf(plan(), by);
    assert.deepEqual([result.takeovers.length, result.takeovers[0]?.clientId], [100, 'id-149']);
    assert.match(result.warnings.join('\n'), /"id-145".*\nand so with 145 more client ids/);
    const told = result.totals.takeovers.by ?? {};
    assert.deepEqual([Object.keys(told).length, told['(others)']], [101, (50 * 51) / 2]);
  });
});

describe('connections that end again and again without a word', () => {
  const suspicious = (ids: readonly string[], counts: CellContents['counts'] = {}) =>
    somebody(judged(plan(), repeating(ids, { counts })));
  const fixed = Array.from({ length: 7 }, (_, i) => `pump-${i}`);

  test('of one client: perhaps somebody else uses its id', () => {
    const [warning = '', ...more] = suspicious(['pump', 'pump']);
    assert.match(warning, /^the connection of client id "pump" ended 4 times without a word, and few or no others/);
    assert.equal(more.length, 0);
  });

  test('of many that could come back at once: perhaps somebody else uses all of their ids', () => {
    const [warning = '', ...more] = suspicious(['pump', 'valve', 'valve']);
    assert.match(
      warning,
      /^the connections of 2 client ids .* \("valve" 4 times, "pump" 3 times\): perhaps somebody else/,
    );
    assert.match(suspicious(fixed)[0] ?? '', /^the connections of 7 client ids .* "pump-4" 3 times, \.\.\.\)/);
    assert.equal(more.length, 0);
  });

  test('of many that could not have another cause', () => {
    assert.equal(suspicious(fixed, { connect_errors: 2 }).length, 1);
    assert.deepEqual(suspicious(fixed, { connect_errors: 3 }), []);
  });

  test('of ids that no other run has have another cause, and so have those that end beside them', () => {
    const unique = ['g-abc1234-0', 'g-abc1234-1'];
    assert.deepEqual(suspicious(unique.slice(1)), []);
    assert.deepEqual(suspicious(unique), []);
    assert.deepEqual(suspicious([...unique, ...fixed]), []);
  });
});

describe('violations where somebody else perhaps has our ids', () => {
  const owed = { labels: { qos: 1 as const }, counts: { deliveries_expected: 9, deliveries_made: 4 } };
  const run = repeating(['pump', 'valve', 'valve'], {}, [owed]);
  const told = (level: 'fail' | 'warn') => {
    const promise = threshold('delivery_violations', 'count', '==', 0, { level });
    return judged(plan({ thresholds: [promise] }), run);
  };

  test('have the suspicion as the first hint of the verdict, and not among the warnings again', () => {
    const result = told('fail');
    const [, suspicion = '', hint = ''] = result.reasons;
    assert.match(suspicion, /^the connections of 2 client ids .* perhaps somebody else uses these ids/);
    assert.match(hint, /^Acknowledged and not delivered: /);
    assert.deepEqual(somebody(result), []);
    assert.deepEqual(hintsLeft(result), []);
  });

  test('are told with it, before what may be a setting of the broker, also where they fail nothing', () => {
    const result = told('warn');
    assert.equal(somebody(result).length, 1);
    assert.match(hintsLeft(result).join('\n'), /^Perhaps not the broker: .*\nAcknowledged and not delivered: /);
    assert.match(toldOf(result), /acked_not_delivered 5\n +· Perhaps not the broker/);
  });

  test('are not suspected so where nothing speaks for it', () => {
    const promise = threshold('delivery_violations', 'count', '==', 0);
    const result = judged(plan({ thresholds: [promise] }), ordinaryRun([owed]));
    assert.match(result.reasons[1] ?? '', /^Acknowledged and not delivered: /);
  });
});
