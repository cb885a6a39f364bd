import type { Problem } from '../base/problem.ts';
import type { Source } from './source.ts';

/** What to say instead, where an option and what the scenario keeps do not go together. */
export function optionHint(source: Source, { path, rule }: Problem): string | undefined {
  const isFrom = (option: string, keys: readonly PropertyKey[]) => {
    const place = source.place(keys);
    return 'option' in place && place.option.startsWith(`${option} `);
  };
  if (rule === 'must be spread or the name of a broker' && isFrom('--broker', ['brokers']))
    return '--broker replaces the scenario’s brokers, with their names: rather say --set brokers.0.url=mqtt://host:port, and so on';
  const [, given = ''] = /^must have only one of .*, but has (.*)$/.exec(rule) ?? [];
  const added = given.split(' and ').find((key) => key !== '' && isFrom('--set', [...path, key]));
  if (added === undefined) return undefined;
  return `--set adds a key and takes none away; to replace the whole: --set '${path.join('.')}={ topic: ..., ${added}: ... }'`;
}
