import type { Snapshot } from '../../src/metrics/snapshot.ts';
import { Totals } from '../../src/metrics/totals.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { OpenReporter, Output } from '../../src/reporters/reporter.ts';
import type { Result } from '../../src/verdict/result.ts';
import { judged } from './hand-made.ts';
import { written } from './written.ts';

/** What a reporter writes of a result alone. */
export async function toldOf(open: OpenReporter, result: Result, changes: Partial<Omit<Output, 'stream'>> = {}) {
  const output = written(changes);
  await open(output).end?.(result);
  return output.text();
}

/** What it writes of a run, second after second. */
export async function toldLive(open: OpenReporter, plan: Plan, snapshots: readonly Snapshot[]): Promise<string> {
  const output = written({});
  const reporter = open(output);
  const totals = new Totals(plan.subBuckets);
  reporter.start?.(plan);
  for (const each of snapshots) {
    totals.add(each);
    reporter.second?.(each, totals);
  }
  await reporter.end?.(judged(plan, snapshots));
  return output.text();
}

/** Places for several texts, by name. */
export function parts(): { readonly part: NonNullable<Output['part']>; readonly texts: () => Record<string, string> } {
  const outputs = new Map<string, ReturnType<typeof written>>();
  return {
    part(name) {
      const output = outputs.get(name) ?? written({});
      outputs.set(name, output);
      return output.stream;
    },
    texts: () => Object.fromEntries([...outputs].map(([name, output]) => [name, output.text()])),
  };
}
