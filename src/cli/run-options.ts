import { resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { type LogLevel, logLevels } from '../base/log.ts';
import { nearest } from '../base/nearest.ts';
import { clients } from '../clients/index.ts';
import { mostWorkers } from '../plan/threads.ts';
import { reporters } from '../reporters/index.ts';
import type { SavedRun } from '../scenario/saved.ts';
import type { CompareWords } from './compare-options.ts';
import { standardStream } from './descriptors.ts';
import { isStep } from './step-log.ts';

/** As commander hands them over. */
export type RunOptions = CompareWords & {
  readonly broker?: readonly string[];
  readonly set?: readonly string[];
  readonly duration?: string;
  readonly seed?: string;
  readonly envFile?: string;
  /** A result to run again, instead of a scenario. */
  readonly from?: string;
  readonly client?: string;
  readonly threads?: string;
  readonly report?: readonly string[];
  readonly progress: boolean;
  readonly quiet?: boolean;
  readonly logLevel: string;
  readonly allowInvalid?: boolean;
};

/** One way of telling the run, and where; no path: stdout (of progress: stderr), or the step of GitHub Actions that this is. */
export type ReportTarget = {
  /** The option that asked for it, as --report. */
  readonly option: string;
  readonly kind: keyof typeof reporters;
  readonly path: string | undefined;
  readonly step?: true;
  /** It goes without saying: where it cannot be written, no run fails. */
  readonly unasked?: true;
};

export type RunSettings = {
  readonly client: keyof typeof clients;
  /** 0: no thread of its own. */
  readonly threads: number | 'auto';
  readonly reports: readonly ReportTarget[];
  readonly logLevel: LogLevel;
  readonly allowInvalid: boolean;
};

/** Throws a UserError for a value that is not known, with the nearest that is. `saved`: of the run to repeat. */
export function readSettings(
  options: RunOptions,
  env: Readonly<Record<string, string | undefined>>,
  saved?: Pick<SavedRun, 'client' | 'threads'>,
): RunSettings {
  return {
    ...readGenerator(options, saved),
    reports: reportTargets(options, { option: '--report', inStep: isStep(env), unasked: true }),
    logLevel: oneOf('--log-level', options.logLevel, logLevels),
    allowInvalid: options.allowInvalid === true,
  };
}

/** What makes the load, and with how many threads. */
export function readGenerator(
  options: Pick<RunOptions, 'client' | 'threads'>,
  saved?: Pick<SavedRun, 'client' | 'threads'>,
): Pick<RunSettings, 'client' | 'threads'> {
  const { client = saved?.client ?? 'wire', threads = String(saved?.threads ?? 'auto') } = options;
  return {
    client: oneOf('--client', client, Object.keys(clients) as RunSettings['client'][]),
    threads: parseThreads(threads),
  };
}

/** How reports are asked for. */
type Asking = {
  /** What problems call the option. */
  readonly option: string;
  /** Whether this is a step of GitHub Actions, which has places of its own, and whether it is told without being asked for. */
  readonly inStep: boolean;
  readonly unasked: boolean;
};

/** stdout always has one report, so that a run with a report file alone still says how it went. */
export function reportTargets(
  { report = [], quiet = false, progress }: Pick<RunOptions, 'report' | 'quiet' | 'progress'>,
  asking: Asking,
): ReportTarget[] {
  const { option, inStep, unasked } = asking;
  const asked = report.map((text) => parseReport(text, asking));
  requireApart(asked, option);
  const onStdout = asked.filter(({ kind, path, step }) => path === undefined && kind !== 'progress' && step !== true);
  if (onStdout.length > 1) {
    throw new UserError(`${option}: ${onStdout.map(({ kind }) => kind).join(' and ')} would both go to stdout`, {
      hint: `give all but one of them a path, as ${option} ${onStdout.at(-1)?.kind}=result.out`,
    });
  }
  const ownStep = { option, kind: 'github', path: undefined, step: true, unasked: true } as const;
  return [
    ...(progress && !quiet ? [{ option, kind: 'progress', path: undefined } as const] : []),
    ...asked,
    ...(unasked && inStep && !asked.some(({ kind }) => kind === 'github') ? [ownStep] : []),
    ...(onStdout.length > 0 ? [] : [{ option, kind: quiet ? 'verdict' : 'text', path: undefined } as const]),
  ];
}

/** Of two that take one file, the last would be all that is left; a device takes both. */
function requireApart(targets: readonly ReportTarget[], option: string): void {
  const files = targets.flatMap(({ path }) =>
    path === undefined || standardStream(path) !== undefined || /^(?:https?:|\/dev\/)/i.test(path) ? [] : [path],
  );
  const places = files.map((path) => resolve(path));
  const twice = files.find((path, i) => places.indexOf(resolve(path)) < i);
  if (twice === undefined) return;
  throw new UserError(`${option}: two reports would both be ${twice}`, { hint: 'give each a place of its own' });
}

function parseReport(text: string, { option, inStep }: Asking): ReportTarget {
  const at = text.indexOf('=');
  const kind = oneOf(option, at < 0 ? text : text.slice(0, at), Object.keys(reporters) as ReportTarget['kind'][]);
  const path = at < 0 ? undefined : text.slice(at + 1);
  if (path === '') throw new UserError(`${option} ${text}: a path must follow "="`);
  if (kind === 'github' && path === undefined && inStep) return { option, kind, path, step: true };
  if (path === undefined || !isStdout(path)) return { option, kind, path };
  return { option, kind, path: kind === 'progress' ? '/dev/stdout' : undefined };
}

/** Of the place of a report. */
export function isStdout(path: string): boolean {
  return path === '-' || standardStream(path) === process.stdout;
}

function parseThreads(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (/^\d{1,2}$/.test(text) && Number(text) <= mostWorkers) return Number(text);
  throw new UserError(`--threads ${text}: must be auto, or a whole number from 0 to ${mostWorkers}`, {
    hint: '0 means no thread beside the main one; more threads than cores only take them from each other',
  });
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  const meant = nearest(value, known);
  throw new UserError(`${option}: must be one of ${known.join(', ')}, but is "${value}"`, {
    ...(meant !== undefined && { hint: `did you mean ${meant}?` }),
  });
}
