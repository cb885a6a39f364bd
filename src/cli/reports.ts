import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { nearest } from '../base/nearest.ts';
import { reporters } from '../reporters/index.ts';
import type { Output, Reporter } from '../reporters/reporter.ts';
import { addressPlace, parseAddress } from './reports/address.ts';
import { filePlace } from './reports/file.ts';
import { folderPlace } from './reports/folder.ts';
import { Guarded } from './reports/guard.ts';
import { nameOf, type Place } from './reports/place.ts';
import { stepPlace } from './reports/step.ts';
import { urlPlace } from './reports/url.ts';
import type { ReportTarget } from './run-options.ts';

/** A reporter, and where it goes. */
export interface OpenReport {
  readonly reporter: Reporter;
  readonly target: ReportTarget;
  /** What the reporter threw, which is a bug. */
  readonly failure: Error | undefined;
  readonly place: Place;
}

/** What places need of the process. */
export type Surroundings = {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells the user something beside the result. */
  readonly say: (text: string) => void;
};

/** Opens every place at once: one that cannot be written, or an address that is taken, is a UserError before anything connects. */
export async function openReports(targets: readonly ReportTarget[], around: Surroundings): Promise<OpenReport[]> {
  const opened: OpenReport[] = [];
  try {
    for (const target of targets) {
      const openReporter = await reporters[target.kind]();
      const place = await placeOf(target, around);
      const reporter = openReporter(place.output);
      const guarded = new Guarded(reporter);
      opened.push({
        reporter: guarded,
        target,
        place,
        get failure() {
          return guarded.failure;
        },
      });
      await place.begin?.(reporter);
    }
  } catch (error) {
    discardReports(opened);
    throw error;
  }
  return opened;
}

/**
 * Completes all of them, and names those that could not be: then the exit code is another one than `passed`. stdout has the result
 * all the same. `signal`: the user wants to leave.
 */
export async function publishReports(
  reports: readonly OpenReport[],
  say: (text: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<ExitCode> {
  const codes = await Promise.all(reports.map((report) => publish(report, say, signal)));
  if (codes.includes(exitCode.bug)) return exitCode.bug;
  return codes.includes(exitCode.usage) ? exitCode.usage : exitCode.passed;
}

export function discardReports(reports: readonly OpenReport[]): void {
  for (const { place } of reports) place.discard();
}

async function publish(
  { place, target, failure }: OpenReport,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (failure !== undefined) {
    place.discard();
    say(
      `${nameOf(target)}: not written, for a bug of mqtt-stress: please report it\n${failure.stack ?? failure.message}`,
    );
    return exitCode.bug;
  }
  try {
    await place.publish(signal);
    return exitCode.passed;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, cause, hint } = error;
    say(
      `${message}: ${cause instanceof Error ? cause.message : 'unknown reason'}${hint === undefined ? '' : `; ${hint}`}`,
    );
    // What nobody asked for fails no run.
    return target.unasked === true ? exitCode.passed : exitCode.usage;
  }
}

async function placeOf(target: ReportTarget, around: Surroundings): Promise<Place> {
  const { kind, path, step } = target;
  const { stdout, stderr, env, say } = around;
  if (step === true) return stepPlace(target, env, stderr.stream);
  if (path === undefined) return standardPlace(kind === 'progress' ? stderr : stdout);
  const url = urlOf(target);
  if (url !== undefined) return urlPlace(target, url, env);
  const address = parseAddress(path);
  if (address !== undefined) return addressPlace(target, address, say);
  requireKnownScheme(target, path);
  if (path.startsWith(':')) {
    const hint = `an address is such as :9100 or 127.0.0.1:9100; a file of that name is ./${path}`;
    throw new UserError(`${nameOf(target)}: is no address`, { hint });
  }
  const isFolder = path.endsWith('/') || (await stat(resolve(path)).catch(() => undefined))?.isDirectory() === true;
  if (isFolder) return folderPlace(target, path);
  const file = await filePlace(nameOf(target), path);
  return /^\d{1,5}$/.test(path) ? noPort(target, file) : file;
}

function requireKnownScheme(target: ReportTarget, path: string): void {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path) ?? [];
  if (scheme === undefined) return;
  const meant = nearest(scheme, schemes);
  const hint = meant === undefined ? 'a url begins with http:// or https://' : `did you mean ${meant}://?`;
  throw new UserError(`${nameOf(target)}: ${scheme}:// is not known`, { hint });
}

const schemes = ['http', 'https'] as const;

/** A file, unless the report is one that is read at an address: then its colon was forgotten. */
function noPort(target: ReportTarget, file: Place): Place {
  return {
    ...file,
    async begin({ page }) {
      if (page === undefined) return;
      const { option, kind, path } = target;
      const hint = `did you mean ${option} ${kind}=:${path}? a file of that name is ./${path}`;
      throw new UserError(`${nameOf(target)}: is a port without its colon`, { hint });
    },
  };
}

function standardPlace(output: Output): Place {
  return { output, publish: async () => {}, discard() {} };
}

function urlOf(target: ReportTarget): URL | undefined {
  if (!/^https?:/i.test(target.path ?? '')) return undefined;
  try {
    return new URL(target.path ?? '');
  } catch {
    throw new UserError(`${nameOf(target)}: is no url`, {
      hint: 'a url is such as http://127.0.0.1:8086/write?db=mqtt',
    });
  }
}
