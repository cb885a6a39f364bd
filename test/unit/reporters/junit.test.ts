import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { junit } from '../../../src/reporters/junit.ts';
import { withComparison } from '../../../src/verdict/compare/with-comparison.ts';
import type { Comparison } from '../../../src/verdict/comparison.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { judged, ordinaryRun, plan, snapshot, threshold } from '../../support/hand-made.ts';
import { toldOf } from '../../support/told.ts';
import { without } from '../../support/tool.ts';
import { type Element, parseXml } from '../../support/xml.ts';

const asked = plan({
  name: 'Fan-in 2.0 <&">',
  thresholds: [
    threshold('publish_time', { percentile: 99 }, '<', 500),
    threshold('messages_sent', 'count', '==', 11, { level: 'warn' }),
    threshold('messages_sent', 'count', '==', 10),
    threshold('delivery_time', 'max', '<', 1),
  ],
});
const busy = [{ counts: { messages_sent: 10 }, times: { publish_time: [1000, 2000] } }];
const failed = judged(asked, ordinaryRun(busy));

async function suiteOf(result: Result): Promise<{ suite: Element; cases: readonly Element[]; root: Element }> {
  const root = parseXml(await toldOf(junit, result));
  const [suite] = root.children;
  assert.ok(suite !== undefined);
  return { root, suite, cases: suite.children.filter(({ name }) => name === 'testcase') };
}

const outcome = ({ children }: Element) => children.map(({ name }) => name).filter((name) => name !== 'system-out')[0];

describe('the junit report', () => {
  it('has a case for the run, one for its numbers and one for each threshold, with value and limit', async () => {
    const { suite, cases } = await suiteOf(failed);
    assert.deepEqual(
      cases.map((each) => [each.attributes['name'], outcome(each)]),
      [
        ['the run is complete', undefined],
        ['the numbers are trustworthy', undefined],
        ['publish_time: p(99) < 500', 'failure'],
        ['messages_sent: count == 11', 'skipped'],
        ['messages_sent: count == 10', undefined],
        ['delivery_time: max < 1', 'failure'],
      ],
    );
    assert.ok(cases.every(({ attributes }) => attributes['classname'] === 'mqtt-stress.Fan-in 2_0 <&">'));
    const messages = cases.map(({ children }) => children[0]?.attributes['message']);
    assert.equal(messages[2], 'publish_time: p(99) < 500, but it was 2ms.');
    assert.equal(messages[3], 'messages_sent: count == 11, but it was 10.');
    assert.equal(messages[5], 'delivery_time: max < 1, but there is no data.');
    const { tests, failures, errors, skipped, time, timestamp } = suite.attributes;
    assert.deepEqual([tests, failures, errors, skipped, time], ['6', '2', '0', '1', '10.000']);
    assert.equal(timestamp, '2026-01-02T03:04:05Z');
  });

  it('has id, seed and versions as properties', async () => {
    const { suite } = await suiteOf(failed);
    const properties = suite.children.find(({ name }) => name === 'properties')?.children ?? [];
    const values = Object.fromEntries(properties.map(({ attributes: { name = '', value } }) => [name, value]));
    assert.deepEqual([values['run.id'], values['run.seed'], values['versions.tool']], ['abc1234', '7', '0.1.0']);
  });

  it('has an error where the run is aborted, never started, incomplete or not to be trusted', async () => {
    const never = [snapshot('connecting', 99), snapshot('ended', 130)];
    const runs: readonly [Result, string][] = [
      [judged(asked, ordinaryRun(busy), { signal: 'SIGINT' }), 'ABORTED: Stopped by SIGINT'],
      [judged(asked, never), 'NOT STARTED: Group g: 0 of 10 clients connected'],
      [{ ...failed, verdict: 'incomplete', reasons: ['Worker "a" died.'] }, 'INCOMPLETE: Worker "a" died.'],
      [
        { ...failed, verdict: 'invalid', reasons: ['too slow'], trust: { verdict: 'invalid', reasons: ['too slow'] } },
        'INVALID: too slow',
      ],
    ];
    for (const [result, says] of runs) {
      const { suite, cases } = await suiteOf(result);
      const errors = cases.flatMap(({ children }) => children.filter(({ name }) => name === 'error'));
      assert.equal(suite.attributes['errors'], '1', result.verdict);
      assert.ok(errors[0]?.attributes['message']?.startsWith(says), errors[0]?.attributes['message']);
    }
  });

  it('skips what is not trustworthy and was allowed', async () => {
    const trust = { verdict: 'invalid', reasons: ['too slow'] } as const;
    const { cases, suite } = await suiteOf({ ...failed, trust });
    assert.equal(cases[1] && outcome(cases[1]), 'skipped');
    assert.equal(suite.attributes['errors'], '0');
  });

  it('has a case for each rule that was held against a baseline', async () => {
    const rule = { metric: 'delivery_time', byDefault: true, base: 1, new: 2, change: 1, interval: null, p: null };
    const comparison: Comparison = {
      passed: false,
      judged: true,
      method: 'runs',
      alternated: false,
      base: [],
      new: [],
      warnings: [],
      rules: [
        { ...rule, rule: 'p(99) <= +15%', answer: 'worse', words: 'worse by 100 %' },
        { ...rule, rule: 'p(50) <= +15%', answer: 'tooLittle', words: 'too little data: use --repeat 5' },
        { ...rule, rule: 'max <= +15%', answer: 'same', words: 'no difference' },
      ],
    };
    const asked = { ...rule, byDefault: false, rule: 'min <= +15%', answer: 'noData', words: 'no data' } as const;
    const { cases } = await suiteOf({ ...failed, comparison });
    assert.deepEqual(cases.slice(-3).map(outcome), ['failure', 'skipped', undefined]);
    const passed = { ...failed, verdict: 'passed', exitCode: 0, thresholds: [] } as const;
    const lacking = await suiteOf(withComparison(passed, { ...comparison, rules: [asked] }));
    assert.deepEqual(lacking.cases.map(outcome), [undefined, undefined, 'error']);
    const unknown = await suiteOf(withComparison(passed, { ...comparison, judged: false, rules: [] }));
    assert.deepEqual(unknown.cases.map(outcome), [undefined, undefined, 'error']);
  });

  const hostile = 'a\u0000\u001b[31m]]>\ud800 & "x"\n\ttwo\ufffe';

  it('is well-formed whatever names and reasons hold', async () => {
    const result = { ...failed, warnings: [hostile], run: { ...failed.run, name: hostile, commandLine: hostile } };
    const { root, suite } = await suiteOf(result);
    assert.equal(root.name, 'testsuites');
    const clean = 'a\ufffd\ufffd[31m]]>\ufffd & "x"\n\ttwo\ufffd';
    assert.equal(suite.attributes['name'], clean);
    assert.equal(suite.children.at(-1)?.text, clean);
  });

  it('is accepted by xmllint', { skip: without('xmllint') }, async () => {
    const result = { ...failed, warnings: [hostile], run: { ...failed.run, name: hostile, commandLine: hostile } };
    execFileSync('xmllint', ['--noout', '-'], { input: await toldOf(junit, result), stdio: ['pipe', 'pipe', 'pipe'] });
  });
});
