import { parseDuration, parseRate } from '../base/units.ts';
import { aggregateFlaw } from './aggregate-flaw.ts';
import { catalog, type Metric, type MetricName } from './catalog.ts';
import type { Aggregate, ExpressionProblem } from './expression.ts';
import { parseSelector, selectorText } from './selector.ts';
import type { Labels } from './snapshot.ts';

/** "delivery_time p(99) <= +15% (min 2ms)": by how much a metric may be worse than in a baseline. */
export interface ChangeRule {
  readonly metric: MetricName;
  readonly where: Partial<Pick<Labels, 'group' | 'broker'>>;
  readonly aggregate: Aggregate;
  /** `up`: more is worse. */
  readonly worse: 'up' | 'down';
  /** The share of the base that the change may have: 0.15. */
  readonly limit: number;
  /** Changes below it do not count, however large they are beside the base: ms for times, else plain. */
  readonly min: number;
  /** Without the metric: "p(99) <= +15% (min 2ms)". */
  readonly text: string;
  /** All of it. */
  readonly written: string;
}

/** What may be compared of each kind of metric. */
const aggregates: Readonly<Record<Metric['kind'], readonly string[]>> = {
  time: ['p(99)', 'min', 'max', 'avg'],
  counter: ['rate', 'count'],
  settled: ['count'],
  gauge: ['min', 'max'],
};

const example = 'an example: delivery_time p(99) <= +15% (min 2ms)';
const grammar =
  /^(\s*)([A-Za-z0-9_.-]+(?:\{[^}]*\})?)(\s+)([A-Za-z]+(?:\([^)]*\))?)(\s*)(<=|>=)(\s*)([+-]?\s*[0-9]+(?:\.[0-9]+)?\s*%)(\s*)(?:\(\s*min\s+([^)]*?)\s*\))?\s*$/;

/** The problem's rule is a clause: "must ...". */
export function parseChangeRule(text: string): ChangeRule | ExpressionProblem {
  const parts = grammar.exec(text);
  if (parts === null) {
    const rule = 'must be a metric, an aggregate and the largest change for the worse';
    return { rule, hint: example, offset: 0, length: text.length };
  }
  const [, lead = '', selected = '', space = '', name = '', gap = '', sign = '', , change = '', , least] = parts;
  const after = lead.length + selected.length;
  const wrong = (rule: string, part: string, hint = example): ExpressionProblem => {
    return { rule, hint, offset: text.indexOf(part, after), length: part.length };
  };
  const selector = parsePart(selected);
  if ('rule' in selector) return { ...selector, offset: selector.offset + lead.length };
  const { metric, where } = selector;
  const { kind } = catalog[metric];
  const aggregate = parseAggregate(name);
  if (aggregate === undefined || !aggregates[kind].includes(typeof aggregate === 'object' ? 'p(99)' : aggregate)) {
    const flaw = aggregateFlaw(name, aggregates[kind]);
    return wrong(flaw.rule ?? `must ask ${aggregates[kind].join(', ')} of ${metric}`, name, flaw.hint);
  }
  const share = Number(change.replaceAll(/[+%\s]/g, '')) / 100;
  if (sign === '<=' ? share < 0 : share > 0 || share < -1) {
    const rule = 'must allow a change for the worse: <= +15% where more is worse, >= -5% where less is worse';
    return wrong(rule, change, `did you mean ${sign} ${sign === '<=' ? '+' : '-'}${change.replace(/^[+-]/, '')}?`);
  }
  const min = least === undefined ? 0 : parseLeast(kind, aggregate, least);
  if (typeof min === 'string') return wrong(min, least ?? '');
  const rule = text.slice(after + space.length).trim();
  const told = gap === '' ? spaced(rule, sign) : rule;
  const worse = sign === '<=' ? 'up' : 'down';
  const written = `${selectorText(selector)} ${told}`;
  return { metric, where, aggregate, worse, limit: Math.abs(share), min, text: told, written };
}

type Selected = Pick<ChangeRule, 'metric' | 'where'>;

/** Results keep every metric of a group and of a broker, and none that is finer. */
function parsePart(text: string): Selected | ExpressionProblem {
  const selector = parseSelector(text);
  if ('rule' in selector) return selector;
  const { metric, where, parts } = selector;
  const part = parts.qos ?? (where.group === undefined ? undefined : parts.broker);
  if (part === undefined) return { metric, where };
  const rule = 'must select one group or one broker: results keep nothing finer';
  return { rule, hint: 'an example: delivery_time{group=sensors} p(99) <= +15%', ...part };
}

function spaced(rule: string, sign: string): string {
  return rule.replace(sign, ` ${sign} `).replaceAll(/ +/g, ' ');
}

function parseAggregate(name: string): Aggregate | undefined {
  if (name === 'count' || name === 'rate' || name === 'min' || name === 'max' || name === 'avg') return name;
  const [, digits] = /^p\(\s*([0-9]+(?:\.[0-9]+)?)\s*\)$/.exec(name) ?? [];
  const percentile = Number(digits);
  return digits === undefined || percentile > 100 ? undefined : { percentile };
}

function parseLeast(kind: Metric['kind'], aggregate: Aggregate, text: string): number | string {
  if (kind === 'time') return parseDuration(text) ?? 'must have a smallest change with a unit, such as (min 2ms)';
  const plain = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : undefined;
  if (aggregate === 'rate')
    return parseRate(text) ?? plain ?? 'must have a rate as its smallest change, such as (min 10/s)';
  return plain ?? 'must have a number as its smallest change, such as (min 10)';
}
