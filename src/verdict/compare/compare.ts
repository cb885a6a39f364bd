import type { ChangeRule } from '../../metrics/change-rule.ts';
import { selectorText } from '../../metrics/selector.ts';
import type { Answer, ComparedRun, Comparison, RuleResult } from '../comparison.ts';
import type { Result } from '../result.ts';
import { type Admitted, admit, type Candidate } from './admit.ts';
import { advice, type Usable } from './advice.ts';
import { answer, type Judged } from './answer.ts';
import { byRuns, fewestRuns } from './by-runs.ts';
import { bySeconds } from './by-seconds.ts';
import { type Estimate, median } from './estimate.ts';
import { mismatches } from './fingerprint.ts';
import { holm } from './holm.ts';
import { smallestP } from './mann-whitney.ts';
import { rulesFor } from './rules.ts';
import { valueIn } from './value.ts';
import { isUnanswered } from './with-comparison.ts';

export interface CompareOptions {
  /** Absent: those of the new runs' scenario, or where it has none the default ones. */
  readonly rules?: readonly ChangeRule[];
  /** Both sides were made in turn by one command, on one machine, and differ on purpose. */
  readonly alternated?: boolean;
  /** Runs whose generator was the limit count all the same. */
  readonly allowInvalid?: boolean;
}

/** New runs beside those of a baseline, rule by rule. Pure: the same results give the same answers. */
export function compare(base: readonly Candidate[], fresh: readonly Candidate[], options: CompareOptions): Comparison {
  const { alternated = false, allowInvalid = false } = options;
  const [old, young] = [admit(base, allowInvalid), admit(fresh, allowInvalid)];
  const results = { base: old.results, fresh: young.results };
  const method = Math.min(results.base.length, results.fresh.length) >= fewestRuns ? 'runs' : 'seconds';
  const { rules, byDefault } = rulesFor(options.rules, results.base, results.fresh);
  const judged = judgeAll(rules, results, { method, alternated, base: old.leftOut, fresh: young.leftOut });
  const told = judged.map((rule) => ({ ...rule, byDefault })).sort(worstFirst);
  const known = told.some(({ answer }) => answer !== 'tooLittle' && answer !== 'noData');
  return {
    passed: known && told.every((rule) => rule.answer !== 'worse' && !isUnanswered(rule)),
    judged: known,
    method,
    alternated,
    base: comparedRuns(old),
    new: comparedRuns(young),
    rules: told,
    warnings: [...old.refusals, ...young.refusals, ...(alternated ? [] : mismatches(results.base, results.fresh))],
  };
}

type Sides = { readonly base: readonly Result[]; readonly fresh: readonly Result[] };

type Plain = Omit<RuleResult, 'byDefault'>;

type Means = {
  readonly method: Comparison['method'];
  readonly alternated: boolean;
  /** Runs of each side that could not be used: as many more are asked for. */
  readonly base: number;
  readonly fresh: number;
};

function judgeAll(rules: readonly ChangeRule[], sides: Sides, means: Means): Plain[] {
  const { method, alternated } = means;
  const estimates = rules.map((rule) => estimate(rule, sides, method));
  const tested = estimates.filter((each): each is Estimate => typeof each === 'object');
  const ps = holm(tested.map(({ p }) => p));
  const needed = method === 'runs' ? runsNeeded(tested.length, sides) : undefined;
  const more = (rule: ChangeRule) => {
    const [old, young] = [usable(sides.base, means.base, rule), usable(sides.fresh, means.fresh, rule)];
    return advice(old, young, needed ?? fewestRuns, alternated);
  };
  return rules.map((rule, i) => {
    const found = estimates[i] as Found;
    if (typeof found === 'string') return { ...untested(rule, sides), ...withoutAnswer(found, more(rule)) };
    const p = ps[tested.indexOf(found)] as number;
    const { moved: _, ...figures } = found;
    if (needed !== undefined) return { ...named(rule), ...figures, p: null, ...withoutAnswer('tooLittle', more(rule)) };
    return { ...named(rule), ...figures, p, ...answer(rule, found, p, method === 'runs' ? undefined : more(rule)) };
  });
}

type Found = Estimate | 'tooLittle' | 'noBase' | 'noNew' | 'noData';

function estimate(rule: ChangeRule, { base, fresh }: Sides, method: Comparison['method']): Found {
  const [old, young] = [base, fresh].map((side) => side.flatMap((result) => valueIn(result, rule) ?? [])) as [
    number[],
    number[],
  ];
  if (old.length === 0) return young.length === 0 ? 'noData' : 'noBase';
  if (young.length === 0) return 'noNew';
  if (method === 'seconds') return bySeconds(base, fresh, rule) ?? 'tooLittle';
  return Math.min(old.length, young.length) < fewestRuns ? 'tooLittle' : byRuns(old, young, rule);
}

/** With so many rules not even the clearest order of these runs would be proof; undefined: it would. */
function runsNeeded(rules: number, { base, fresh }: Sides): number | undefined {
  const enough = (p: number) => p * rules <= 0.05;
  if (enough(smallestP(base.length, fresh.length))) return undefined;
  let each = fewestRuns;
  while (!enough(smallestP(each, each))) each++;
  return each;
}

function usable(side: readonly Result[], leftOut: number, rule: ChangeRule): Usable {
  const values = side.filter((result) => valueIn(result, rule) !== undefined);
  return { given: side.length + leftOut, usable: values.length };
}

function withoutAnswer(why: Exclude<Found, Estimate>, more: string): Judged {
  const words = {
    tooLittle: `too little data: ${more}`,
    noBase: 'no data in the base',
    noNew: 'no data in the new runs',
    noData: 'no data',
  };
  return { answer: why === 'tooLittle' ? 'tooLittle' : 'noData', words: words[why] };
}

function untested(rule: ChangeRule, { base, fresh }: Sides): Omit<Plain, 'answer' | 'words'> {
  const [old, young] = [base, fresh].map((side) => {
    const values = side.flatMap((result) => valueIn(result, rule) ?? []);
    return values.length === 0 ? null : median(values);
  }) as [number | null, number | null];
  const change = old === null || young === null || old === 0 ? null : young / old - 1;
  return { ...named(rule), base: old, new: young, change, interval: null, p: null };
}

function named(rule: ChangeRule): Pick<RuleResult, 'metric' | 'rule'> {
  return { metric: selectorText(rule), rule: rule.text };
}

const order: readonly Answer[] = ['worse', 'unproven', 'noData', 'tooLittle', 'within', 'same', 'better'];

function worstFirst(one: RuleResult, other: RuleResult): number {
  const places = order.indexOf(one.answer) - order.indexOf(other.answer);
  return places !== 0 ? places : Math.abs(other.change ?? 0) - Math.abs(one.change ?? 0);
}

function comparedRuns({ candidates }: Admitted): ComparedRun[] {
  return candidates.map(({ result: { run }, file }) => ({
    id: run.id,
    ...(file !== undefined && { file }),
    startedAt: run.startedAt,
  }));
}
