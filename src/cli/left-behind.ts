import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { leavings } from '../verdict/leavings.ts';

/** Follows a run, to tell what stays on brokers if it is left now; undefined: nothing that is known. */
export function followLeavings(): { readonly reporter: Reporter; readonly told: () => string | undefined } {
  let plan: Plan | undefined;
  let totals: Totals | undefined;
  return {
    reporter: {
      start(one) {
        plan = one;
      },
      second(_, soFar) {
        totals = soFar;
      },
    },
    told() {
      const left = plan === undefined || totals === undefined ? [] : leavings(plan, totals, true);
      return left.length === 0 ? undefined : ['Left at once; what stays, as of the last second:', ...left].join('\n');
    },
  };
}
