import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { comparisonLines, comparisonVerdict } from '../reporters/text/comparison.ts';
import { inkFor } from '../reporters/text/ink.ts';
import type { Candidate } from '../verdict/compare/admit.ts';
import { compare as compareRuns } from '../verdict/compare/compare.ts';
import { middleRun } from '../verdict/compare/middle-run.ts';
import { parseRules, partsOf, requireParts } from '../verdict/compare/rules.ts';
import { comparedCode, withComparison } from '../verdict/compare/with-comparison.ts';
import type { Comparison } from '../verdict/comparison.ts';
import { requireDifferentRuns } from '../verdict/different-runs.ts';
import { openCandidates } from './compare-options.ts';
import { isStdout, type ReportTarget, reportTargets } from './run-options.ts';
import { isStep } from './step-log.ts';
import { requireOver, tellResult } from './tell-result.ts';
import { outputOf } from './terminal.ts';

/** As commander hands them over. */
export type CompareOptions = {
  readonly rule?: readonly string[];
  readonly json?: boolean;
  readonly report?: readonly string[];
  readonly allowInvalid?: boolean;
};

/** `mqtt-stress compare`: results beside those of a baseline. `behind`: how many of the files stood after "--". */
export async function compare(files: readonly string[], behind: number, options: CompareOptions): Promise<ExitCode> {
  const [baseFiles, newFiles] = sidesOf(files, behind);
  const rules = options.rule && parseRules(options.rule, '--rule');
  const targets = targetsOf(options.report ?? []);
  const [base, fresh] = [await openCandidates(baseFiles), await openCandidates(newFiles)];
  const allowInvalid = options.allowInvalid === true;
  requireDifferentRuns([...base, ...fresh]);
  requireParts(rules ?? [], '--rule', partsOf([...base, ...fresh].map(({ result }) => result)), 'these results');
  const comparison = compareRuns(base, fresh, {
    ...(rules !== undefined && { rules }),
    allowInvalid,
  });
  const written = await tellReports(targets, { base, fresh, comparison, allowInvalid });
  const output = outputOf(process.stdout, process.env);
  if (options.json === true) output.stream.write(`${JSON.stringify(comparison, null, 2)}\n`);
  else tellComparison(comparison, output);
  const code = comparedCode(comparison);
  return code === exitCode.passed ? written : code;
}

type Compared = {
  readonly base: readonly Candidate[];
  readonly fresh: readonly Candidate[];
  readonly comparison: Comparison;
  readonly allowInvalid: boolean;
};

/** Throws a UserError where reports cannot go where they are asked to: stdout has the comparison. A step of GitHub has places of its own. */
function targetsOf(asked: readonly string[]): ReportTarget[] {
  const inStep = isStep(process.env);
  const bare = asked.find((each) => {
    const at = each.indexOf('=');
    return at < 0 ? !(inStep && each === 'github') : isStdout(each.slice(at + 1));
  });
  if (bare !== undefined) {
    const [kind] = bare.split('=');
    throw new UserError(`--report ${bare}: stdout has the comparison, so a report must have a path`, {
      hint: `as --report ${kind}=compared.${kind}; --json prints the comparison for programs`,
    });
  }
  const asking = { option: '--report', inStep, unasked: true };
  const all = reportTargets({ report: asked, progress: false }, asking);
  const targets = all.filter(({ path, step }) => path !== undefined || step === true);
  requireOver(targets);
  return targets;
}

/** Of the middle one of the new runs, beside the middle one of the base. */
async function tellReports(
  targets: readonly ReportTarget[],
  { base, fresh, comparison, allowInvalid }: Compared,
): Promise<ExitCode> {
  const result = middleRun(fresh, allowInvalid);
  if (targets.length === 0 || result === undefined) return exitCode.passed;
  return tellResult(targets, withComparison(result, comparison), middleRun(base, allowInvalid));
}

export function tellComparison(comparison: Comparison, { stream, colour, columns }: ReturnType<typeof outputOf>): void {
  const width = Math.max(40, Math.min(100, columns));
  const ink = inkFor(colour);
  const lines = [...comparisonLines(comparison, width, ink), '', ...comparisonVerdict(comparison, width, ink)];
  stream.write(`${lines.join('\n')}\n`);
}

/** Two files need no "--" between them. */
function sidesOf(files: readonly string[], behind: number): [readonly string[], readonly string[]] {
  const option = files.find((file) => file.startsWith('--'));
  if (option !== undefined) throw new UserError(`${option} must stand before the files`);
  const at = behind === 0 && files.length === 2 ? 1 : files.length - behind;
  const sides = [files.slice(0, at), files.slice(at)] as const;
  if (sides.every((side) => side.length > 0)) return [...sides];
  throw new UserError('compare must be given results of both sides, with -- between them', {
    hint: 'an example: mqtt-stress compare base-*.json -- new-*.json',
  });
}
