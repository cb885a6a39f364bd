import type { Result } from '../result.ts';

/** A result to be compared, and the file it came from. */
export interface Candidate {
  readonly result: Result;
  readonly file?: string;
}

export interface Admitted {
  readonly candidates: readonly Candidate[];
  readonly results: readonly Result[];
  /** Who was left out and why, in sentences. */
  readonly refusals: readonly string[];
}

/** Only runs that measured what they were to measure are compared; that a threshold failed does not matter. */
export function admit(candidates: readonly Candidate[], allowInvalid: boolean): Admitted {
  const judged = candidates.map((candidate) => ({ candidate, reason: refusal(candidate.result, allowInvalid) }));
  const kept = judged.filter(({ reason }) => reason === undefined).map(({ candidate }) => candidate);
  return {
    candidates: kept,
    results: kept.map(({ result }) => result),
    refusals: judged.flatMap(({ candidate: { file, result }, reason }) =>
      reason === undefined ? [] : [`${file ?? `run ${result.run.id}`} is left out: ${reason}.`],
    ),
  };
}

function refusal({ verdict, trust, run }: Result, allowInvalid: boolean): string | undefined {
  if (verdict === 'aborted') return 'it was stopped before its end';
  if (verdict === 'notStarted' || run.measuredMs === 0) return 'its load never began';
  if (trust.verdict === 'invalid' && !allowInvalid)
    return 'its generator was the limit, so its figures are not the broker’s';
  if (verdict === 'incomplete') return 'it is incomplete';
  return undefined;
}
