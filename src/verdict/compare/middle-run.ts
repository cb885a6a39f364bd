import type { Result } from '../result.ts';
import { admit, type Candidate } from './admit.ts';

/** The one to show where several are compared: of those that count, the middle one by its tail of delivery, or of publishing. Undefined: none counts. */
export function middleRun(candidates: readonly Candidate[], allowInvalid: boolean): Result | undefined {
  const { results } = admit(candidates, allowInvalid);
  const tail = ({ totals }: Result) => (totals.delivery_time ?? totals.publish_time)?.p99 ?? 0;
  return [...results].sort((one, other) => tail(one) - tail(other))[Math.floor((results.length - 1) / 2)];
}
