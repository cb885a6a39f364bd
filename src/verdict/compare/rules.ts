import { UserError } from '../../base/errors.ts';
import type { ChangeRule } from '../../metrics/change-rule.ts';
import { parseChangeRule } from '../../metrics/change-rule.ts';
import { type Parts, unknownPart } from '../../scenario/compare.ts';
import type { Result } from '../result.ts';
import { valueIn } from './value.ts';

/** What holds where neither the scenario nor the command line has rules; those without data on either side are not asked. */
const defaultRules = [
  'delivery_time p(50) <= +15% (min 1ms)',
  'delivery_time p(99) <= +15% (min 2ms)',
  'publish_time p(99) <= +15% (min 2ms)',
  'connect_time p(99) <= +30% (min 20ms)',
  'messages_received rate >= -5%',
  'messages_acked rate >= -5%',
];

/** Rules as written by a user. Throws a UserError that begins with the option, for what is none. */
export function parseRules(texts: readonly string[], option: string): ChangeRule[] {
  return texts.map((text) => {
    const parsed = parseChangeRule(text);
    if ('metric' in parsed) return parsed;
    const { rule, hint, offset, length } = parsed;
    const part = text.slice(offset, offset + length);
    const where = part === text ? '' : ` (at "${part}")`;
    throw new UserError(`${option} "${text}"${where}: ${rule}`, hint === undefined ? {} : { hint });
  });
}

/** Throws a UserError for a rule that names a group or a broker which is none of these. `whose`: what has them. */
export function requireParts(rules: readonly ChangeRule[], option: string, parts: Parts, whose: string): void {
  for (const { where, written } of rules) {
    const unknown = unknownPart(where, parts);
    if (unknown === undefined) continue;
    const { label, name, hint } = unknown;
    throw new UserError(`${option} "${written}": must name a ${label} of ${whose}: ${name} is none`, { hint });
  }
}

/** The groups and brokers that any of the results has. */
export function partsOf(results: readonly Pick<Result, 'groups' | 'brokers'>[]): Parts {
  return {
    group: [...new Set(results.flatMap(({ groups }) => Object.keys(groups)))],
    broker: [...new Set(results.flatMap(({ brokers }) => Object.keys(brokers)))],
  };
}

/** Those that hold for these runs, the base before the new ones: as asked, or as the scenario of the new ones has them, or the default ones. */
export function rulesFor(
  asked: readonly ChangeRule[] | undefined,
  base: readonly Result[],
  fresh: readonly Result[],
): { readonly rules: readonly ChangeRule[]; readonly byDefault: boolean } {
  if (asked !== undefined) return { rules: asked, byDefault: false };
  const written = fresh[0]?.compare;
  if (written !== undefined) return { rules: parseRules(written, 'compare'), byDefault: false };
  const all = [...base, ...fresh];
  const rules = parseRules(defaultRules, 'default').filter((rule) =>
    all.some((result) => (valueIn(result, rule) ?? 0) > 0),
  );
  return { rules, byDefault: true };
}
