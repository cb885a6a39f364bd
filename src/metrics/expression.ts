import { parseDuration, parseRate } from '../base/units.ts';
import { aggregateFlaw } from './aggregate-flaw.ts';
import { catalog, type Metric, type MetricName } from './catalog.ts';
import { shareBases } from './shares.ts';
import type { Where } from './totals.ts';

export type Aggregate = 'count' | 'rate' | 'share' | 'min' | 'max' | 'avg' | 'last' | { readonly percentile: number };
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** "p(99) < 50ms" on a metric: parsed with the scenario, carried in the plan, evaluated on totals. `limit`: us for times, 0 to 1 for a share, else plain. */
export interface Expression {
  readonly metric: MetricName;
  readonly where: Where;
  readonly aggregate: Aggregate;
  readonly compare: Comparison;
  readonly limit: number;
  readonly text: string;
}

/** What is wrong with the text of an expression, and which part of it. */
export interface ExpressionProblem {
  readonly rule: string;
  readonly hint?: string;
  readonly offset: number;
  readonly length: number;
}

/** What may be asked of each kind of metric; `share` only where there is something that it is of. */
const aggregates: Readonly<Record<Metric['kind'], readonly string[]>> = {
  time: ['p(99)', 'min', 'max', 'avg', 'count'],
  counter: ['count', 'rate', 'share'],
  settled: ['count', 'rate', 'share'],
  gauge: ['min', 'max', 'last'],
};

const examples: Readonly<Record<Metric['kind'], string>> = {
  time: 'p(99) < 50ms',
  counter: 'rate >= 100/s',
  settled: 'count == 0',
  gauge: 'max <= 100',
};

const grammar = /^(\s*)([A-Za-z]+(?:\([^)]*\))?)(\s*)([<>=!]+)(\s*)(\S.*?)\s*$/;
const comparisons: readonly string[] = ['<', '<=', '>', '>=', '==', '!='] satisfies Comparison[];

/** The problem's rule is a clause: "must ...". */
export function parseExpression(metric: MetricName, text: string, where: Where = {}): Expression | ExpressionProblem {
  const { kind } = catalog[metric];
  const example = `an example: ${examples[kind]}`;
  const parts = grammar.exec(text);
  if (parts === null) {
    return { rule: 'must be an aggregate, a comparison and a limit', hint: example, offset: 0, length: text.length };
  }
  const [, lead = '', name = '', gap = '', compare = '', space = '', limitText = ''] = parts;
  const compareAt = lead.length + name.length + gap.length;
  const wrong = (rule: string, hint: string, offset: number, length: number): ExpressionProblem => ({
    rule,
    hint,
    offset,
    length,
  });

  const aggregate = parseAggregate(name);
  const known = aggregatesOf(metric);
  if (aggregate === undefined || !known.includes(typeof aggregate === 'object' ? 'p(99)' : aggregate)) {
    const flaw = aggregateFlaw(name, known);
    const rule =
      aggregate === 'share' && aggregates[kind].includes('share')
        ? `must not ask share of ${metric}: there is nothing that it is a part of`
        : (flaw.rule ?? `must ask ${known.join(', ')} of ${metric}, which is a ${kindWords[kind]}`);
    const hint = metric === 'messages_received' && aggregate === 'share' ? insteadOfReceived : (flaw.hint ?? example);
    return wrong(rule, hint, lead.length, name.length);
  }
  if (!comparisons.includes(compare)) {
    return wrong(`must compare with ${comparisons.join(' ')}`, example, compareAt, compare.length);
  }
  const limit = parseLimit(kind, aggregate, limitText);
  if (typeof limit === 'string')
    return wrong(
      limit,
      aggregate === 'share' ? 'an example: share < 0.1%' : example,
      compareAt + compare.length + space.length,
      limitText.length,
    );
  return { metric, where, aggregate, compare: compare as Comparison, limit, text: text.trim() };
}

const insteadOfReceived =
  'of the deliveries expected: deliveries_made: "share > 99.9%"; else an example: rate >= 100/s';

const kindWords: Readonly<Record<Metric['kind'], string>> = {
  time: 'time',
  counter: 'counter',
  settled: 'number known only at the end',
  gauge: 'gauge',
};

function aggregatesOf(metric: MetricName): readonly string[] {
  const all = aggregates[catalog[metric].kind];
  return metric in shareBases ? all : all.filter((name) => name !== 'share');
}

const plain = ['count', 'rate', 'share', 'min', 'max', 'avg', 'last'] as const;

function parseAggregate(name: string): Aggregate | undefined {
  const word = plain.find((known) => known === name);
  if (word !== undefined) return word;
  const [, digits] = /^p\(\s*([0-9]+(?:\.[0-9]+)?)\s*\)$/.exec(name) ?? [];
  const percentile = Number(digits);
  return digits === undefined || percentile > 100 ? undefined : { percentile };
}

function parseLimit(kind: Metric['kind'], aggregate: Aggregate, text: string): number | string {
  const number = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : undefined;
  if (kind === 'time' && aggregate !== 'count') {
    const ms = parseDuration(text);
    return ms === undefined ? 'must have a limit with a unit, such as 50ms' : ms * 1000;
  }
  if (aggregate === 'rate') return parseRate(text) ?? number ?? 'must have a rate as its limit, such as 100/s';
  if (aggregate === 'share') return parsePercent(text) ?? 'must have a limit in percent, such as 0.1%, at most 100%';
  return number ?? 'must have a number as its limit';
}

/** The nearest number to what is written: 0.07 / 100 is not. */
function parsePercent(text: string): number | undefined {
  const [, digits] = /^([0-9]+(?:\.[0-9]+)?)\s*%$/.exec(text === '0' ? '0%' : text) ?? [];
  const share = Number((Number(digits) / 100).toPrecision(15));
  return digits === undefined || share > 1 ? undefined : share;
}
