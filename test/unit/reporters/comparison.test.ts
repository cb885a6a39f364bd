import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html } from '../../../src/reporters/html.ts';
import { comparisonLines, comparisonVerdict } from '../../../src/reporters/text/comparison.ts';
import { inkFor } from '../../../src/reporters/text/ink.ts';
import { spreadLines } from '../../../src/reporters/text/spread.ts';
import { text } from '../../../src/reporters/text.ts';
import { verdict } from '../../../src/reporters/verdict.ts';
import { compare } from '../../../src/verdict/compare/compare.ts';
import { withComparison } from '../../../src/verdict/compare/with-comparison.ts';
import { resultOf } from '../../support/compared.ts';
import { toldOf } from '../../support/told.ts';

const ink = inkFor(false);
const side = (values: readonly number[]) => values.map((deliveryP99) => ({ result: resultOf({ deliveryP99 }) }));
const base = side([20, 20.5, 19.8, 20.2, 21]);

describe('a comparison in the text report', () => {
  it('fits every width, and keeps rule, figures, change and answer', () => {
    const compared = compare(base, side([25, 26, 24.6, 25.4, 25.1]), {});
    for (const width of [40, 60, 80, 100]) {
      const lines = [...comparisonLines(compared, width, ink), ...comparisonVerdict(compared, width, ink)];
      assert.ok(
        lines.every((line) => line.length <= width),
        `${width}: ${lines.join('\n')}`,
      );
      const words = lines.join(' ').replaceAll(/\s+/g, ' ');
      assert.match(words, /delivery_time p\(99\) <= \+15% \(min 2ms\) 20\.2ms (→ )?25\.1ms,? \+24 % \(20 to 29\)/);
      assert.match(words, /worse by 24 % \(95 % interval 20 to 29\)/);
    }
  });

  it('says how it was made, and what single runs cannot show', () => {
    const told = (lines: readonly string[]) => lines.join(' ').replaceAll(/\s+/g, ' ');
    const inTurn = compare(base, base, { alternated: true });
    assert.match(
      told(comparisonLines(inTurn, 100, ink)),
      /5 runs beside 5 of the base, made in turn; rules by default/,
    );
    const single = compare(base.slice(0, 1), side([25]), {});
    assert.match(
      told(comparisonLines(single, 100, ink)),
      /1 run beside one of the base, second by second: .*30 % fails/,
    );
    assert.match(
      told(comparisonVerdict(single, 100, ink)),
      /^! Nothing could be compared with the baseline: too little data/,
    );
    assert.deepEqual(comparisonVerdict(inTurn, 100, ink), ['✓ not worse than the baseline']);
  });
});

describe('a run that passed beside a base that tells nothing', () => {
  it('keeps its verdict and its figures, and says on a line of its own why the command does not pass', async () => {
    const [{ result } = { result: resultOf({ deliveryP99: 1 }) }] = base;
    const compared = withComparison(result, compare(base.slice(0, 1), base.slice(1, 2), {}));
    const why = 'Nothing could be compared with the baseline: too little data: ';
    const [line, reason, ...rest] = (await toldOf(verdict, compared)).split('\n');
    assert.match(line ?? '', /^✓ PASSED .*delivery p99 20ms/);
    assert.ok(reason?.startsWith(`! ${why}`), reason);
    assert.match(reason ?? '', /\. So the exit code is 4\.$/);
    assert.deepEqual(rest, ['']);
    const told = (await toldOf(text, compared)).replaceAll(/\s+/g, ' ');
    assert.match(told, /^✓ PASSED .*delivery p99 20ms/);
    assert.ok(told.includes(` ! ${why}`), told);
    assert.match(
      await toldOf(html, compared),
      /PASSED<span class="code">exit code 4<[\s\S]*<li>Nothing could be compared/,
    );
  });
});

describe('several runs without a baseline', () => {
  it('are told by how they differ, in what would be compared', () => {
    const lines = spreadLines(
      base.map(({ result }) => result),
      undefined,
      80,
      ink,
    );
    assert.match(lines[0] ?? '', /^5 runs +median +lowest +highest$/);
    assert.match(lines.find((line) => line.includes('p(99)')) ?? '', /delivery_time p\(99\) +20\.2ms +19\.8ms +21ms$/);
    assert.match(lines.at(-1) ?? '', /messages_received rate +100\/s +100\/s +100\/s$/);
  });
});
