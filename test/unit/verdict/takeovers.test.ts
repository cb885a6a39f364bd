import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { text } from '../../../src/reporters/text.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { type CellContents, group, judged, ordinaryRun, plan } from '../../support/hand-made.ts';
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
  const suspicious = (ids: readonly string[], counts: CellContents['counts'] = {}) => {
    const [connecting, warmUp, first, ...rest] = ordinaryRun([{ counts }]);
    const cells = first?.cells.map((cell, i) => (i === 0 ? { ...cell, repeated: ids } : cell)) ?? [];
    const run = [connecting, warmUp, { ...first, cells }, ...rest] as Parameters<typeof judged>[1];
    return somebody(judged(plan(), run));
  };
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
