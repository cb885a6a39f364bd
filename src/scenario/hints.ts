import { parseDuration, parseRate, parseShare, parseSize } from '../base/units.ts';
import type { MetricName } from '../metrics/catalog.ts';
import { parseExpression } from '../metrics/expression.ts';

/** What usually was meant: a unit left out or misspelt, a yes for true, a text that YAML took for a map. */
export function hintFor(rule: string, value: unknown): string | undefined {
  const unit = kinds.find(({ words }) => rule.includes(words));
  const meant = unit === undefined ? undefined : unit.meant(String(value));
  if (meant !== undefined) return `did you mean ${meant}?`;
  if (typeof value === 'number' && rule.includes('be text')) return 'put it in quotes';
  if (rule.includes('true or false')) {
    if (isYes(value)) return 'did you mean true?';
    if (isNo(value)) return 'did you mean false?';
  }
  if (rule.includes('false or a map')) {
    if (isNo(value)) return 'did you mean false?';
    if (isYes(value)) return 'leave it out: clients reconnect unless it is false';
  }
  if (rule.includes('clean, or a map') && /^(kept|keep|persist(ent)?|resumed?)$/i.test(String(value)))
    return 'did you mean { expiry: 1h }?';
  if (typeof value === 'string' && rule.includes('a whole number') && /^[0-9]+([_,' ][0-9]{3})*$/.test(value))
    return `did you mean ${value.replaceAll(/[^0-9]/g, '')}?`;
  if (typeof value === 'string' && rule.includes('{ text: ')) {
    const short = /^[\w.-]{1,40}$/.test(value) ? value : '...';
    return `did you mean { text: ${short} }?`;
  }
  if (typeof value === 'object' && value !== null && rule.includes('be text'))
    return 'put a text that begins with { or [ in quotes';
  return undefined;
}

function isYes(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(yes|on|y)$/i.test(value));
}

function isNo(value: unknown): boolean {
  return typeof value === 'string' && /^(no|off|n|never|none)$/i.test(value);
}

/** By the words of their rules: a text as the parser takes it, or undefined where nothing sensible was meant. */
const kinds = [
  { words: 'a duration', meant: meantDuration },
  { words: 'a size', meant: meantSize },
  { words: 'a rate', meant: meantRate },
  { words: 'a share', meant: meantShare },
];

const timeWords = [
  [/^(?:us|usecs?|microseconds?)$/i, 'us'],
  [/^(?:ms|msecs?|milliseconds?)$/i, 'ms'],
  [/^(?:s|secs?|seconds?)?$/i, 's'],
  [/^(?:m|mins?|minutes?)$/i, 'm'],
  [/^(?:h|hrs?|hours?)$/i, 'h'],
  [/^(?:d|days?)$/i, 'd'],
] as const;

/** Seconds where there is none. */
function timeUnit(word: string): string {
  return timeWords.find(([words]) => words.test(word))?.[1] ?? word;
}

function meantDuration(text: string): string | undefined {
  const [clock, ...numbers] = /^([0-9]+):([0-5]?[0-9])(?::([0-5]?[0-9]))?$/.exec(text) ?? [];
  if (clock !== undefined) {
    const units = numbers[2] === undefined ? ['m', 's'] : ['h', 'm', 's'];
    return units.map((unit, i) => `${Number(numbers[i])}${unit}`).join('');
  }
  const parts = [...text.matchAll(/([0-9.]+)\s*([A-Za-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim()) return undefined;
  const meant = parts.map(([, amount, unit]) => `${amount}${timeUnit(unit ?? '')}`).join('');
  return parseDuration(meant) === undefined ? undefined : meant;
}

function meantSize(text: string): string | undefined {
  const [, amount, prefix = '', binary = ''] = /^\s*([0-9.]+)\s*(?:([kmg])(i?))?(?:b|bytes?)?\s*$/i.exec(text) ?? [];
  const meant = `${amount}${prefix.toUpperCase()}${binary.toLowerCase()}B`;
  return parseSize(meant) === undefined ? undefined : meant;
}

function meantRate(text: string): string | undefined {
  const [, amount, per, unit] = /^\s*([0-9.]+)\s*(?:(?:\/|per)\s*([0-9.]*)\s*([A-Za-z]+))?\s*$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const meant = `${amount}/${per ?? ''}${timeUnit(unit ?? '')}`;
  return parseRate(meant) === undefined ? undefined : meant;
}

/** "0.5" is a half, "50" too. */
function meantShare(text: string): string | undefined {
  const [, digits, sign] = /^\s*([0-9.]+)\s*(%?)\s*$/.exec(text) ?? [];
  const amount = Number(digits);
  if (digits === undefined || !(amount > 0)) return undefined;
  const meant = `${sign === '' && amount <= 1 ? amount * 100 : amount}%`;
  return parseShare(meant) === undefined ? undefined : meant;
}

const aggregates: Readonly<Record<string, string>> = {
  mean: 'avg',
  average: 'avg',
  median: 'p(50)',
  percent: 'share',
  percentage: 'share',
  ratio: 'share',
  total: 'count',
};
const comparisons: Readonly<Record<string, string>> = { '=': '==', '===': '==', '=<': '<=', '=>': '>=', '<>': '!=' };

/** The expression that a refused one was meant to be: "p99 < 5 ms" is p(99) < 5ms. */
export function meantExpression(metric: MetricName, text: string): string | undefined {
  const [, name = '', compare = '', limit = ''] = /^\s*(.*?)\s*([<>=!]+)\s*(.*?)\s*$/.exec(text) ?? [];
  const [, percentile] = /^p\(?\s*([0-9]+(?:\.[0-9]+)?)\s*%?\)?$/i.exec(name) ?? [];
  const aggregate =
    percentile === undefined ? (aggregates[name.toLowerCase()] ?? name.toLowerCase()) : `p(${percentile})`;
  const limits = [limit, /^[0-9.]+$/.test(limit) ? `${limit}ms` : meantDuration(limit), meantRate(limit)];
  return limits
    .map((one) => `${aggregate} ${comparisons[compare] ?? compare} ${one}`)
    .find((meant) => meant !== text && 'aggregate' in parseExpression(metric, meant));
}
