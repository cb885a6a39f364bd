/**
 * The p of each of several tests such that the chance of any false alarm among them stays below the level that they are held against
 * (Holm, 1979): the smallest times the number of tests, the next times one less, never less than the one before.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number));
  const adjusted = new Array<number>(ps.length).fill(1);
  let least = 0;
  for (const [place, i] of order.entries()) {
    least = Math.min(1, Math.max(least, (ps[i] as number) * (ps.length - place)));
    adjusted[i] = least;
  }
  return adjusted;
}
