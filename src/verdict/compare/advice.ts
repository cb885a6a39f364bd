import { formatCount } from '../../base/units.ts';

/** Of one side: how many runs were given, and how many of them have a value. */
export type Usable = { readonly given: number; readonly usable: number };

/** How both sides come to as many runs as are needed: the side that is short is named. `alternated`: --repeat makes both. */
export function advice(base: Usable, fresh: Usable, needed: number, alternated: boolean): string {
  const repeat = (...sides: Usable[]) =>
    `use --repeat ${formatCount(needed + Math.max(...sides.map(({ given, usable }) => given - usable)))}`;
  if (alternated) return repeat(base, fresh);
  if (base.usable >= needed) return repeat(fresh);
  if (fresh.usable < needed) return `${repeat(base, fresh)}, for the base too`;
  const runs = `${formatCount(base.usable)} usable run${base.usable === 1 ? '' : 's'}`;
  return `measure the base again (it has ${runs} of ${formatCount(needed)})`;
}
