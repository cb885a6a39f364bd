import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import type { Problem } from '../base/problem.ts';
import { type ChangeRule, parseChangeRule } from '../metrics/change-rule.ts';
import type { ScenarioFields } from './schema.ts';

const rule = 'must be a rule such as "delivery_time p(99) <= +15% (min 2ms)", or a list of such rules';

/** By how much a run may be worse than a baseline. */
export const compareField = z
  .union([z.string(rule), z.array(z.string(rule), rule).min(1, 'must have at least one rule')], rule)
  .transform((value, context) => {
    const texts = Array.isArray(value) ? value : [value];
    return texts.flatMap((text, i): ChangeRule[] => {
      const parsed = parseChangeRule(text);
      if ('metric' in parsed) return [parsed];
      const { rule: message, hint, offset, length } = parsed;
      const path = Array.isArray(value) ? [i] : [];
      context.issues.push({ code: 'custom', message, input: text, path, params: { hint, part: { offset, length } } });
      return [];
    });
  })
  .describe(
    'By how much a run may be worse than a baseline, one rule or a list: "delivery_time p(99) <= +15% (min 2ms)", ' +
      '"messages_received rate >= -5%". Default: see docs/comparing.md.',
  ) as unknown as z.ZodType<readonly ChangeRule[]>;

/** The names that the parts of a run have. */
export type Parts = Readonly<Record<'group' | 'broker', readonly string[]>>;

type UnknownPart = { readonly label: keyof Parts; readonly name: string; readonly hint: string };

/** What a rule selects and is not there; undefined: all is. */
export function unknownPart(where: ChangeRule['where'], parts: Parts): UnknownPart | undefined {
  for (const label of ['group', 'broker'] as const) {
    const [name, known] = [where[label], parts[label]];
    if (name === undefined || known.includes(name)) continue;
    const close = nearest(name, known);
    const hint = close === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean ${close}?`;
    return { label, name, hint };
  }
  return undefined;
}

/** Groups and brokers that rules name must be there. */
export function compareProblems({ compare = [], groups, brokers }: ScenarioFields): Problem[] {
  const parts = { group: Object.keys(groups), broker: brokers?.map(({ name }) => name) ?? [] };
  return compare.flatMap(({ where }, i): Problem[] => {
    const unknown = unknownPart(where, parts);
    if (unknown === undefined) return [];
    const { label, name, hint } = unknown;
    return [{ path: ['compare', i], rule: `must name a ${label} of the scenario: ${name} is none`, hint }];
  });
}
