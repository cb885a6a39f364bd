import { UserError } from '../base/errors.ts';
import type { Candidate } from './compare/admit.ts';

/** Throws a UserError where one run is given twice, also as a part of a merged result: it would count twice, or differ from itself in nothing. */
export function requireDifferentRuns(candidates: readonly Candidate[]): void {
  const seen = new Map<string, string | undefined>();
  for (const { result, file } of candidates) {
    for (const id of result.run.id.split('+')) {
      const before = seen.get(id);
      const both = before === undefined || file === undefined ? 'two of them' : `${before} and ${file}`;
      if (seen.has(id)) throw new UserError(`${both} are results of the same run, ${id}`);
      seen.set(id, file);
    }
  }
}
