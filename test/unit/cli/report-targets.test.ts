import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reportTargets } from '../../../src/cli/run-options.ts';

const asking = { option: '--report', inStep: false, unasked: false };
const targets = (...report: string[]) =>
  reportTargets({ report, progress: false }, asking).map(({ kind, path }) => [kind, path]);

describe('the place of a report', () => {
  it('is stdout where it is - or /dev/stdout, as where there is none', () => {
    for (const text of ['json', 'json=-', 'json=/dev/stdout']) assert.deepEqual(targets(text), [['json', undefined]]);
    assert.deepEqual(targets('progress=-')[0], ['progress', '/dev/stdout']);
    assert.throws(() => targets('json=-', 'csv'), /json and csv would both go to stdout/);
  });

  it('may be a file that is called -', () => {
    assert.deepEqual(targets('json=./-'), [
      ['json', './-'],
      ['text', undefined],
    ]);
  });
});
