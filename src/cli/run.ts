import { UserError } from '../base/errors.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import { log, tellLogTo } from '../base/log.ts';
import { readSavedRun, type SavedRun } from '../scenario/saved.ts';
import { compare } from '../verdict/compare/compare.ts';
import { middleRun } from '../verdict/compare/middle-run.ts';
import { requireParts } from '../verdict/compare/rules.ts';
import { withComparison } from '../verdict/compare/with-comparison.ts';
import { type Comparing, readComparing } from './compare-options.ts';
import { openBase, repeat } from './repeat.ts';
import { type Beside, openRunnable, type Runnable, runOnce } from './run-once.ts';
import { type RunOptions, readSettings } from './run-options.ts';
import { tell } from './terminal.ts';

/** `mqtt-stress run`: from the words typed to the exit code. Throws a UserError for all that is wrong before the load. */
export async function run(name: string | undefined, options: RunOptions, words: readonly string[]): Promise<ExitCode> {
  const from = await startOf(name, options);
  const settings = readSettings(options, process.env, typeof from === 'string' ? undefined : from);
  log.level = settings.logLevel;
  const comparing = await readComparing(options);
  const runnable = await openRunnable(from, options, settings, words);
  const base = comparing.baseHere ? await openBase(from, options, settings, words) : undefined;
  requireNames(comparing, base === undefined ? [runnable] : [runnable, base]);
  tellLogTo(tell);
  if (comparing.repeat === 1 && !comparing.baseHere) {
    return (await runOnce(runnable, beside(comparing, settings.allowInvalid))).exitCode;
  }
  return repeat({ fresh: runnable, base, comparing, options });
}

/** Before anything connects: a name that no side has would be an answer that never comes. */
function requireNames({ rules = [] }: Comparing, sides: readonly Runnable[]): void {
  if (rules.every(({ where }) => Object.keys(where).length === 0)) return;
  const plans = sides.map(({ plan }) => plan());
  const names = (parts: readonly { readonly name: string }[]) => [...new Set(parts.map(({ name }) => name))];
  const parts = {
    group: names(plans.flatMap(({ groups }) => groups)),
    broker: names(plans.flatMap(({ brokers }) => brokers)),
  };
  requireParts(rules, '--rule', parts, 'the scenario');
}

/** Undefined where there is nothing to compare with. */
function beside({ baseline, rules }: Comparing, allowInvalid: boolean): Beside | undefined {
  if (baseline.length === 0) return undefined;
  const told = { ...(rules !== undefined && { rules }), allowInvalid };
  return {
    amend: (result) => withComparison(result, compare(baseline, [{ result }], told)),
    base: middleRun(baseline, allowInvalid),
  };
}

/** What is to be run: a scenario by its name, or a run again. */
async function startOf(name: string | undefined, { from, baseline = [] }: RunOptions): Promise<string | SavedRun> {
  if (name !== undefined && from === undefined) return name;
  if (name === undefined && from !== undefined) return readSavedRun(from);
  if (name === undefined) {
    const taken = baseline.length > 1 ? `is ${baseline.at(-1)} the scenario? It must stand before --baseline; ` : '';
    throw new UserError('run must be given a scenario, or --from with a result to run again', {
      hint: `${taken}an example: mqtt-stress run quick-start; mqtt-stress list names the others`,
    });
  }
  throw new UserError(`run must be given either a scenario (${name}) or --from ${from}, not both`, {
    hint: 'the result holds its scenario; --set changes it',
  });
}
