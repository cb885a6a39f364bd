import { parseDuration, parseRate } from '../base/units.ts';
import { catalog, type Metric, type MetricName } from './catalog.ts';
import type { Labels } from './snapshot.ts';

export type Aggregate = 'count' | 'rate' | 'min' | 'max' | 'avg' | { readonly percentile: number };
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** "p(99) < 50ms" on a metric: parsed with the scenario, carried in the plan, evaluated on totals. `limit`: us for times, else plain. */
export interface Expression {
  readonly metric: MetricName;
  readonly where: Partial<Labels>;
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

/** What may be asked of each kind of metric. */
const aggregates: Readonly<Record<Metric['kind'], readonly string[]>> = {
  time: ['p(99)', 'min', 'max', 'avg', 'count'],
  counter: ['count', 'rate'],
  settled: ['count'],
  gauge: ['min', 'max'],
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
export function parseExpression(metric: MetricName, text: string): Expression | ExpressionProblem {
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
  const known = aggregates[kind];
  if (aggregate === undefined || !known.includes(typeof aggregate === 'object' ? 'p(99)' : aggregate)) {
    return wrong(
      `must ask ${known.join(', ')} of ${metric}, which is a ${kindWords[kind]}`,
      example,
      lead.length,
      name.length,
    );
  }
  if (!comparisons.includes(compare)) {
    return wrong(`must compare with ${comparisons.join(' ')}`, example, compareAt, compare.length);
  }
  const limit = parseLimit(kind, aggregate, limitText);
  if (typeof limit === 'string')
    return wrong(limit, example, compareAt + compare.length + space.length, limitText.length);
  return { metric, where: {}, aggregate, compare: compare as Comparison, limit, text: text.trim() };
}

const kindWords: Readonly<Record<Metric['kind'], string>> = {
  time: 'time',
  counter: 'counter',
  settled: 'number known only at the end',
  gauge: 'gauge',
};

function parseAggregate(name: string): Aggregate | undefined {
  if (name === 'count' || name === 'rate' || name === 'min' || name === 'max' || name === 'avg') return name;
  const [, digits] = /^p\(\s*([0-9]+(?:\.[0-9]+)?)\s*\)$/.exec(name) ?? [];
  const percentile = Number(digits);
  return digits === undefined || percentile > 100 ? undefined : { percentile };
}

function parseLimit(kind: Metric['kind'], aggregate: Aggregate, text: string): number | string {
  const plain = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : undefined;
  if (kind === 'time' && aggregate !== 'count') {
    const ms = parseDuration(text);
    return ms === undefined ? 'must have a limit with a unit, such as 50ms' : ms * 1000;
  }
  if (aggregate === 'rate') return parseRate(text) ?? plain ?? 'must have a rate as its limit, such as 100/s';
  return plain ?? 'must have a number as its limit';
}
