import { nearest } from '../base/nearest.ts';

/** What others call them. */
const otherWords: Readonly<Record<string, string>> = {
  average: 'avg',
  mean: 'avg',
  median: 'p(50)',
  minimum: 'min',
  maximum: 'max',
  number: 'count',
  total: 'count',
};

/** What is wrong with the name of an aggregate that is none of the known ones, if there is more to say than that; and what was meant. */
export function aggregateFlaw(name: string, known: readonly string[]): { rule?: string; hint?: string } {
  const hasPercentiles = known.includes('p(99)');
  if (hasPercentiles && /^p\(/.test(name)) return { rule: 'must ask a percentile from 0 to 100, such as p(99.9)' };
  const close = nearest(name, [...known.filter((each) => each !== 'p(99)'), ...Object.keys(otherWords)]);
  const meant = close === undefined ? undefined : (otherWords[close] ?? close);
  const isKnown = meant !== undefined && (known.includes(meant) || (hasPercentiles && meant === 'p(50)'));
  return isKnown ? { hint: `did you mean ${meant}?` } : {};
}
