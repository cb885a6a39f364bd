import type { ChangeRule } from '../../metrics/change-rule.ts';
import { selectorText } from '../../metrics/selector.ts';
import { median } from '../../verdict/compare/estimate.ts';
import { rulesFor } from '../../verdict/compare/rules.ts';
import { valueIn } from '../../verdict/compare/value.ts';
import type { Result } from '../../verdict/result.ts';
import { valueWords } from './comparison.ts';
import type { Ink } from './ink.ts';
import { table } from './table.ts';

/** How several runs of one scenario differ from each other, in what would be compared. */
export function spreadLines(
  results: readonly Result[],
  asked: readonly ChangeRule[] | undefined,
  width: number,
  ink: Ink,
): string[] {
  const { rules } = rulesFor(asked, [], results);
  const rows = rules.flatMap((rule) => {
    const values = results.flatMap((result) => valueIn(result, rule) ?? []);
    if (values.length === 0) return [];
    const aggregate = typeof rule.aggregate === 'object' ? `p(${rule.aggregate.percentile})` : rule.aggregate;
    const figures = [median(values), Math.min(...values), Math.max(...values)];
    return [
      [`  ${selectorText(rule)} ${aggregate}`, ...figures.map((figure) => valueWords(rule.metric, aggregate, figure))],
    ];
  });
  return table(
    [
      { title: `${results.length} runs`, align: 'left' },
      { title: 'median', align: 'right' },
      { title: 'lowest', align: 'right', spare: 1 },
      { title: 'highest', align: 'right', spare: 2 },
    ],
    rows,
    width,
    ink,
  );
}
