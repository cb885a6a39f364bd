import type { Result } from '../result.ts';

/** A result to be compared, and the file it came from. */
export interface Candidate {
  readonly result: Result;
  readonly file?: string;
  /** What it is called where it came from none. */
  readonly label?: string;
}

export interface Admitted {
  readonly candidates: readonly Candidate[];
  readonly results: readonly Result[];
  readonly leftOut: number;
  /** Who was left out and why, in sentences. */
  readonly refusals: readonly string[];
}

/** Only runs that measured what they were to measure are compared; that a threshold failed does not matter. */
export function admit(candidates: readonly Candidate[], allowInvalid: boolean): Admitted {
  const kept: Candidate[] = [];
  const refused = new Map<string, string[]>();
  for (const candidate of candidates) {
    const { result, file, label } = candidate;
    const reason = refusal(result, allowInvalid);
    if (reason === undefined) kept.push(candidate);
    else refused.set(reason, [...(refused.get(reason) ?? []), file ?? label ?? `run ${result.run.id}`]);
  }
  return {
    candidates: kept,
    results: kept.map(({ result }) => result),
    leftOut: candidates.length - kept.length,
    refusals: [...refused].map(
      ([reason, names]) => `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} left out: ${reason}.`,
    ),
  };
}

function refusal({ verdict, trust, run, thresholds }: Result, allowInvalid: boolean): string | undefined {
  if (verdict === 'aborted') return 'stopped before the end';
  if (verdict === 'notStarted' || run.measuredMs === 0) return 'the load never began';
  if (trust.verdict === 'invalid' && !allowInvalid)
    return 'the generator was the limit, so the figures are not the broker’s';
  if (thresholds.some(({ aborted }) => aborted !== undefined)) return 'a threshold stopped the run before its end';
  if (verdict === 'incomplete') return 'incomplete';
  return undefined;
}
