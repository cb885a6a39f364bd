import { UserError } from '../base/errors.ts';
import type { Candidate } from '../verdict/compare/admit.ts';

/** Throws a UserError where one run is given twice, also as a part of a merged result: it would count twice, or differ from itself in nothing. */
export function requireDifferentRuns(candidates: readonly Candidate[]): void {
  const seen = new Map<string, string | undefined>();
  for (const { result, file } of candidates) {
    for (const id of result.run.id.split('+')) {
      if (seen.has(id)) throw new UserError(`${seen.get(id)} and ${file} are results of the same run, ${id}`);
      seen.set(id, file);
    }
  }
}
