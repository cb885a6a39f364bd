import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { annotation, stepOutput } from '../../../src/reporters/github/commands.ts';
import { github, stepParts } from '../../../src/reporters/github.ts';
import { markdownOf } from '../../../src/reporters/markdown.ts';
import { withComparison } from '../../../src/verdict/compare/with-comparison.ts';
import type { RuleResult } from '../../../src/verdict/comparison.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { judged, ordinaryRun, plan, threshold } from '../../support/hand-made.ts';
import { parts, toldOf } from '../../support/told.ts';

const result = judged(
  plan({
    name: 'Fan: in',
    thresholds: [
      threshold('messages_sent', 'count', '==', 11),
      threshold('messages_sent', 'count', '==', 12, { level: 'warn' }),
    ],
    warnings: ['100 % of it\nis odd'],
  }),
  ordinaryRun([{ counts: { messages_sent: 10 }, times: { publish_time: [1000, 2000] } }]),
);

async function stepOf(of: Result): Promise<{ summary: string; annotations: string[]; outputs: string }> {
  const { part, texts } = parts();
  assert.equal(await toldOf(github, of, { part }), '');
  const { summary, annotations, outputs } = stepParts;
  const told = texts();
  return {
    summary: told[summary] ?? '',
    annotations: (told[annotations] ?? '').trim().split('\n'),
    outputs: told[outputs] ?? '',
  };
}

describe('the github report', () => {
  it('is the report in Markdown as a summary', async () => {
    assert.equal((await stepOf(result)).summary, `${markdownOf(result)}\n\n`);
    assert.equal(await toldOf(github, result), `${markdownOf(result)}\n\n`);
  });

  it('annotates failed thresholds as errors, and what warns as warnings, in one line each', async () => {
    const { annotations } = await stepOf(result);
    assert.deepEqual(annotations.slice(0, 3), [
      '::error title=mqtt-stress%3A Fan%3A in::messages_sent: count == 11, but it was 10.',
      '::warning title=mqtt-stress%3A Fan%3A in::messages_sent: count == 12, but it was 10.',
      '::warning title=mqtt-stress%3A Fan%3A in::100 %25 of it%0Ais odd',
    ]);
  });

  it('annotates why a run is not judged', async () => {
    const { annotations } = await stepOf(judged(plan(), ordinaryRun(), { signal: 'SIGTERM' }));
    assert.match(annotations[0] ?? '', /^::error [^:]*::Stopped by SIGTERM after 2s/);
  });

  it('annotates what is worse than the baseline, once', async () => {
    const rule: RuleResult = {
      ...{ metric: 'delivery_time', rule: 'p(99) <= +15%', byDefault: true, base: 1, new: 2, change: 1 },
      ...{ interval: null, p: null, words: 'worse by 100 %' },
      answer: 'worse',
    };
    const runs = { base: [], new: [], method: 'runs', alternated: false, warnings: ['another machine'] } as const;
    const passed = { ...result, verdict: 'passed', exitCode: 0, reasons: [], thresholds: [], warnings: [] } as const;
    const compared = withComparison(passed, { ...runs, passed: false, judged: true, rules: [rule] });
    const { annotations, outputs } = await stepOf({ ...compared, trust: { verdict: 'trustworthy', reasons: [] } });
    assert.deepEqual(
      annotations.map((line) => line.replace(/ title=[^:]*/, '')),
      [
        '::error::Compared with the baseline, delivery_time is worse by 100 %25: p(99) <= +15%25.',
        '::warning::another machine',
      ],
    );
    assert.match(outputs, /^exit-code<<\S+\n98\n/m);
    assert.match(outputs, /^comparison<<\S+\nworse\n/m);
  });

  it('says that nothing could be compared, and has base and new beside what could', async () => {
    const passed = { ...result, verdict: 'passed', exitCode: 0, reasons: [], thresholds: [] } as const;
    const rule: RuleResult = {
      ...{ metric: 'delivery_time', rule: 'p(99) <= +15%', byDefault: true, base: 1.5, new: null, change: null },
      ...{ interval: null, p: null, words: 'no data in the new runs' },
      answer: 'noData',
    };
    const runs = { base: [], new: [], method: 'runs', alternated: false, warnings: [] } as const;
    const compared = withComparison(passed, { ...runs, passed: false, judged: false, rules: [rule] });
    const { annotations, outputs, summary } = await stepOf(compared);
    assert.match(annotations[0] ?? '', /^::error .*::Nothing could be compared with the baseline: none of the base/);
    assert.match(outputs, /^verdict<<\S+\npassed\n/m);
    assert.match(outputs, /^exit-code<<\S+\n4\n/m);
    assert.match(outputs, /^comparison<<\S+\nunknown\n/m);
    assert.match(summary, /^## ✅ PASSED: Fan: in\n[\s\S]*\n- ⚠️ Nothing could be compared with the baseline/);
    // Of repeated runs that are told as one.
    assert.match(markdownOf({ ...compared, exitCode: 4 }), /So the exit code is 4\.\n/);
    assert.match(summary, /\| +\| metric \| allowed \| base \| new \| found \|/);
    assert.match(summary, /1\.5ms \| no data \| no data in the new runs/);
  });

  it('has no more annotations of a level than GitHub shows', async () => {
    const warnings = Array.from({ length: 30 }, (_, i) => `warning ${i}`);
    const told = (await stepOf({ ...result, warnings })).annotations.filter((line) => line.startsWith('::warning'));
    assert.equal(told.length, 10);
    assert.match(told.at(-1) ?? '', /::and 22 more: see the summary of the step$/);
  });

  it('gives verdict, exit code and figures to the steps after it', async () => {
    const { outputs } = await stepOf(result);
    const values = [...outputs.matchAll(/^([\w-]+)<<(mqtt-stress-[0-9a-f-]{36})\n([^\n]*)\n\2$/gm)];
    assert.equal(values.map(([text]) => `${text}\n`).join(''), outputs);
    const named = Object.fromEntries(values.map(([, name = '', , value = '']) => [name, value]));
    assert.deepEqual(
      [named['verdict'], named['exit-code'], named['sent-rate'], named['publish-p99-ms'], named['delivery-p99-ms']],
      ['failed', '99', '5.0', '2', ''],
    );
  });

  it('keeps its summary far below what a step may have', async () => {
    const warnings = Array.from({ length: 100 }, (_, i) => `${i} ${'x'.repeat(10_000)}`);
    const { summary } = await stepOf({ ...result, warnings });
    assert.ok(Buffer.byteLength(summary) <= 128 * 1024 + 2);
    assert.match(summary, /The rest is too long for this place/);
  });
});

describe('a workflow command', () => {
  it('escapes what would end it, or a property of it', () => {
    assert.equal(
      annotation('error', { file: 'a,b:c%.yaml', line: 3, col: 5, title: 't\n' }, '50 %\r\n::error::x, y'),
      '::error file=a%2Cb%3Ac%25.yaml,line=3,col=5,title=t%0A::50 %25%0D%0A::error::x, y\n',
    );
    assert.equal(annotation('notice', {}, 'x'), '::notice::x\n');
  });

  it('gives an output that no value can end', () => {
    assert.equal(stepOutput('a', 'x\ny=1', 'end'), 'a<<end\nx\ny=1\nend\n');
  });
});
