import { z } from 'zod';
import { rate } from '../base/fields.ts';
import { formatRate } from '../base/units.ts';
import type { Pacer, Pacing } from './pacer.ts';

type Constant = { readonly rate?: number | 'max'; readonly totalRate?: number };

/** Operation n is due at n / rate: the clients of a group are spread evenly over the period. */
export function constantPacer(perSecond: number): Pacer {
  if (perSecond === 0) return { due: () => 0, at: () => Number.POSITIVE_INFINITY };
  const at = (n: number) => (n * 1000) / perSecond;
  return {
    at,
    due(elapsedMs) {
      if (elapsedMs < 0) return 0;
      const guess = Math.floor((elapsedMs * perSecond) / 1000);
      // Division and multiplication may round apart by one operation.
      return at(guess + 1) <= elapsedMs ? guess + 2 : at(guess) <= elapsedMs ? guess + 1 : guess;
    },
  };
}

export const constant: Pacing<Constant> = {
  shape: {
    rate: z
      .union([rate(), z.literal('max')], 'must be a rate such as 100/s or 1/10s, or max')
      .describe('Publishes of each client, such as 1/s; max: as fast as the client takes them. Default 1/s.')
      .optional(),
    totalRate: rate().describe('Publishes of the whole group together, such as 500/s.').optional(),
  },

  pacer({ rate, totalRate }, clients) {
    if (rate === 'max') return undefined;
    if (totalRate !== undefined) return constantPacer(totalRate);
    return rate === undefined ? undefined : constantPacer(rate * clients);
  },

  describe({ rate, totalRate }, clients) {
    if (rate === 'max') return 'as fast as each client takes them';
    if (totalRate !== undefined) return `${formatRate(totalRate)} in total`;
    return rate === undefined ? undefined : `${formatRate(rate)} each, ${formatRate(rate * clients)} in total`;
  },
};
