import { closest, distance } from 'fastest-levenshtein';

/** The candidate that was probably meant, or none: at most four letters in ten may differ. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word === '' || candidates.length === 0) return undefined;
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, '');
  const same = candidates.find((candidate) => plain(candidate) === plain(word));
  if (same !== undefined) return same;
  const best = closest(word, [...candidates]);
  return distance(word, best) <= Math.max(1, Math.floor(0.4 * Math.max(word.length, best.length))) ? best : undefined;
}
