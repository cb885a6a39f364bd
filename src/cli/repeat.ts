import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode, gravest } from '../base/exit-codes.ts';
import { reporters } from '../reporters/index.ts';
import { comparisonVerdict } from '../reporters/text/comparison.ts';
import { inkFor } from '../reporters/text/ink.ts';
import { spreadLines } from '../reporters/text/spread.ts';
import type { SavedRun } from '../scenario/saved.ts';
import type { Candidate } from '../verdict/compare/admit.ts';
import { compare } from '../verdict/compare/compare.ts';
import { middleRun } from '../verdict/compare/middle-run.ts';
import { withComparison } from '../verdict/compare/with-comparison.ts';
import { repeated } from '../verdict/merge/repeated.ts';
import type { Result } from '../verdict/result.ts';
import { tellComparison } from './compare.ts';
import type { Comparing } from './compare-options.ts';
import { numberedPath } from './numbered-path.ts';
import { openRunnable, type Runnable, runOnce } from './run-once.ts';
import type { ReportTarget, RunOptions, RunSettings } from './run-options.ts';
import { tellResult } from './tell-result.ts';
import { outputOf } from './terminal.ts';

export type Repeating = {
  readonly fresh: Runnable;
  /** Made in turn with the others. */
  readonly base: Runnable | undefined;
  readonly comparing: Comparing;
  readonly options: RunOptions;
};

/** The same scenario as it is for the base: on other brokers, or with other values. */
export async function openBase(
  from: string | SavedRun,
  options: RunOptions,
  settings: RunSettings,
  words: readonly string[],
): Promise<Runnable> {
  const { broker, baseBroker = broker, set = [], baseSet = [] } = options;
  const changed = { ...options, ...(baseBroker !== undefined && { broker: baseBroker }), set: [...set, ...baseSet] };
  try {
    return await openRunnable(from, changed, settings, words);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`as the base, with ${baseWords(options)}:\n${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      exitCode: error.exitCode,
    });
  }
}

function baseWords({ baseBroker = [], baseSet = [] }: RunOptions): string {
  return [...baseBroker.map(() => '--base-broker'), ...baseSet.map(() => '--base-set')].join(' and ');
}

/** All runs one after the other, a line each; then how they differ, or how they compare. */
export async function repeat({ fresh, base, comparing, options }: Repeating): Promise<ExitCode> {
  const { repeat: count, rules, baseline } = comparing;
  requireApart(fresh, count);
  const sides = { base: [...baseline], new: [] as Candidate[] };
  const codes: ExitCode[] = [];
  const { allowInvalid } = fresh.settings;
  const how = { ...(rules !== undefined && { rules }), alternated: base !== undefined, allowInvalid };
  const amend = (result: Result) => {
    const last = { result, label: label('new', count, count) };
    return withComparison(result, compare(sides.base, [...sides.new, last], how));
  };
  for (const { side, number } of turns(count, base !== undefined)) {
    const isBase = side === 'base';
    const isLast = number === count && !isBase;
    const numbering = { what: `${isBase ? 'base-' : ''}${number}`, options };
    const runnable = numbered((isBase ? base : fresh) as Runnable, numbering);
    const beside = isLast && sides.base.length > 0 ? { amend, base: middleRun(sides.base, allowInvalid) } : undefined;
    const { result, exitCode } = await runOnce(runnable, beside);
    const candidate = { result, label: label(side, number, count) };
    await tellRun(candidate, options);
    sides[side].push(candidate);
    if (!isBase || stops.includes(exitCode)) codes.push(exitCode);
    if (stops.includes(exitCode)) break;
  }
  const told = sides.new.length > 0 ? sides.new : sides.base.slice(-1);
  codes.push(await tellStep(fresh.settings.reports, told, gravest(codes)));
  if (codes.some((code) => stops.includes(code))) return gravest(codes);
  tellAll(
    sides.new.map(({ result }) => result),
    rules,
    options,
  );
  return gravest(codes);
}

type Turn = { readonly side: 'base' | 'new'; readonly number: number };

/** Base and new take turns in going first, so that what drifts meets both alike; the last of all is a new one. */
export function turns(count: number, withBase: boolean): Turn[] {
  return Array.from({ length: count }, (_, i): Turn[] => {
    const number = i + 1;
    if (!withBase) return [{ side: 'new', number }];
    const pair: Turn[] = [
      { side: 'base', number },
      { side: 'new', number },
    ];
    return (count - number) % 2 === 0 ? pair : pair.reverse();
  }).flat();
}

/** What follows would tell nothing: no broker, or somebody who wants to leave. */
const stops: readonly ExitCode[] = [exitCode.bug, exitCode.notStarted, exitCode.interrupted, exitCode.terminated];

/** Kinds that people read one after the other. */
const readable: readonly string[] = ['text', 'verdict', 'progress'];

function requireApart({ settings }: Runnable, count: number): void {
  const { kind } =
    settings.reports.find(({ kind, path, step }) => path === undefined && step !== true && !readable.includes(kind)) ??
    {};
  if (kind === undefined) return;
  throw new UserError(`--report ${kind}: ${count} runs would put as many results on stdout, one behind the other`, {
    hint: `give it a path: --report ${kind}=out.${kind} writes out-1.${kind}, out-2.${kind} and so on`,
  });
}

type Numbering = {
  /** "base-2". */
  readonly what: string;
  readonly options: RunOptions;
};

/** Reports of each run in files of their own; stdout gets a line, unless it was asked for more, and a step of GitHub all runs at the end. */
function numbered({ settings, ...runnable }: Runnable, { what, options }: Numbering): Runnable {
  const reports = settings.reports
    .filter(
      ({ kind, path, step }) => step !== true && (path !== undefined || kind === 'progress' || isAsked(kind, options)),
    )
    .map((target): ReportTarget => {
      const { path } = target;
      return path === undefined ? target : { ...target, path: numberedPath(path, what) };
    });
  return { ...runnable, settings: { ...settings, reports } };
}

/** A step of GitHub is told once, of all runs and of what the command ends with. Gives `passed` where that could be written. */
async function tellStep(
  targets: readonly ReportTarget[],
  runs: readonly Candidate[],
  code: ExitCode,
): Promise<ExitCode> {
  const steps = targets.filter(({ step }) => step === true);
  const [first, ...more] = runs.map(({ result }) => result);
  return steps.length === 0 || first === undefined
    ? exitCode.passed
    : tellResult(steps, repeated([first, ...more], code));
}

function isAsked(kind: string, { report = [] }: RunOptions): boolean {
  return report.includes(kind);
}

function label(side: Turn['side'], number: number, count: number): string {
  return `${side === 'base' ? 'base' : 'run'} ${number}/${count}`;
}

async function tellRun({ result, label }: Candidate & { readonly label: string }, options: RunOptions): Promise<void> {
  if ((options.report ?? []).some((kind) => !kind.includes('=') && kind !== 'progress')) return;
  const output = outputOf(process.stdout, process.env);
  const lead = `${label}  `;
  output.stream.write(lead);
  // How it compares is told below all of them.
  const { comparison: _, ...own } = result;
  await (await reporters.verdict())({ ...output, columns: output.columns - lead.length }).end?.(own);
}

function tellAll(results: readonly Result[], rules: Comparing['rules'], { quiet = false }: RunOptions): void {
  const output = outputOf(process.stdout, process.env);
  const comparison = results.at(-1)?.comparison;
  const width = Math.max(40, Math.min(100, output.columns));
  const ink = inkFor(output.colour);
  if (comparison !== undefined && !quiet) {
    output.stream.write('\n');
    tellComparison(comparison, output);
  } else if (comparison !== undefined) {
    output.stream.write(`${comparisonVerdict(comparison, width, ink).join('\n')}\n`);
  } else if (!quiet) output.stream.write(`\n${spreadLines(results, rules, width, ink).join('\n')}\n`);
}
