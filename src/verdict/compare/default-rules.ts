import type { ChangeRule } from '../../metrics/change-rule.ts';
import { parseChangeRule } from '../../metrics/change-rule.ts';

/** What holds where neither the scenario nor the command line has rules; those without data on either side are not asked. */
export const defaultRules = [
  'delivery_time p(50) <= +15% (min 1ms)',
  'delivery_time p(99) <= +15% (min 2ms)',
  'publish_time p(99) <= +15% (min 2ms)',
  'connect_time p(99) <= +30% (min 20ms)',
  'messages_received rate >= -5%',
  'messages_acked rate >= -5%',
];

/** Rules as written, in a result or here. Throws an Error for what is none. */
export function readRules(texts: readonly string[]): ChangeRule[] {
  return texts.map((text) => {
    const parsed = parseChangeRule(text);
    if ('metric' in parsed) return parsed;
    throw new Error(`"${text}" ${parsed.rule}`);
  });
}
