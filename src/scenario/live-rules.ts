import { catalog } from '../metrics/catalog.ts';
import type { Expression } from '../metrics/expression.ts';

/** How a threshold is judged while the run goes on; ms. */
type Live = {
  readonly level?: 'fail' | 'warn' | undefined;
  readonly abortOnFail?: boolean | undefined;
  readonly window?: number | undefined;
  readonly after?: number | undefined;
};

type LiveProblem = { readonly key: keyof Live; readonly rule: string; readonly hint?: string };

/** What cannot be judged while the run goes on, and what nothing would come of. */
export function liveProblems(live: Live, expression: Expression): LiveProblem[] {
  const { abortOnFail = false, window, after, level } = live;
  const problems: LiveProblem[] = [];
  if (catalog[expression.metric].kind === 'settled') {
    const rule = `must not be given for ${expression.metric}: it is known only at the end`;
    const hint = 'deliveries_made and messages_received are known while it runs';
    if (window !== undefined) problems.push({ key: 'window', rule, hint });
    if (abortOnFail) problems.push({ key: 'abortOnFail', rule, hint });
  }
  if (window !== undefined && window % 1000 !== 0) problems.push({ key: 'window', rule: 'must be whole seconds' });
  if (after !== undefined && window === undefined && !abortOnFail) {
    const rule = 'must have window or abortOnFail beside it: else all is judged at the end';
    problems.push({ key: 'after', rule });
  }
  if (abortOnFail && level === 'warn') {
    const rule = 'must not be given with level: warn, which does not fail the run';
    problems.push({ key: 'abortOnFail', rule });
  }
  if (abortOnFail && window === undefined && after === undefined && grows(expression)) {
    const rule = `must have after or window beside it: "${expression.text}" may not hold yet in the first second`;
    problems.push({ key: 'abortOnFail', rule, hint: 'or ask for the rate' });
  }
  return problems;
}

/** What begins too low and comes up to its limit only with time would stop every run at once. */
function grows({ metric, aggregate, compare, limit }: Expression): boolean {
  const growing = aggregate === 'count' || (aggregate === 'max' && catalog[metric].kind === 'gauge');
  return growing && (compare === '>' || compare === '>=' || (compare === '==' && limit > 0));
}
