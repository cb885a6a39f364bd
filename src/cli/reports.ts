import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { open, readlink, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { UserError } from '../base/errors.ts';
import { reporters } from '../reporters/index.ts';
import type { Output, Reporter } from '../reporters/reporter.ts';
import { isDescriptor, standardStream } from './descriptors.ts';
import type { ReportTarget, RunSettings } from './run-options.ts';

/** A reporter and the file it writes, if it writes one. */
export interface OpenReport {
  readonly reporter: Reporter;
  readonly file?: ReportFile;
}

/** A file is written under a temporary name beside its place, so that a reader never finds half a report. */
interface ReportFile {
  readonly stream: NodeJS.WritableStream;
  /** Completes it, and puts it in its place. Rejects where it could not be written. */
  publish(): Promise<void>;
  discard(): void;
}

/** Opens every file at once: a folder that is missing or not writable is a UserError before anything connects. */
export async function openReports(
  { reports }: Pick<RunSettings, 'reports'>,
  stdout: Output,
  stderr: Output,
): Promise<OpenReport[]> {
  const opened: OpenReport[] = [];
  try {
    for (const { kind, path } of reports) {
      const openReporter = await reporters[kind]();
      if (path === undefined) {
        opened.push({ reporter: openReporter(kind === 'progress' ? stderr : stdout) });
      } else {
        const file = await openFile({ kind, path });
        opened.push({
          file,
          reporter: openReporter({ stream: file.stream, colour: false, interactive: false, columns: 100 }),
        });
      }
    }
  } catch (error) {
    discardReports(opened);
    throw error;
  }
  return opened;
}

/** False where one could not be written: it is named. stdout has the result all the same. */
export async function closeReports(reports: readonly OpenReport[], say: (text: string) => void): Promise<boolean> {
  const results = await Promise.allSettled(reports.map(({ file }) => file?.publish()));
  const failures = results.filter((each) => each.status === 'rejected').map(({ reason }) => reason as UserError);
  for (const { message, cause, hint } of failures) {
    say(
      `${message}: ${cause instanceof Error ? cause.message : 'unknown reason'}${hint === undefined ? '' : `; ${hint}`}`,
    );
  }
  return failures.length === 0;
}

type NamedTarget = ReportTarget & { readonly path: string };

export function discardReports(reports: readonly OpenReport[]): void {
  for (const { file } of reports) file?.discard();
}

async function openFile(target: NamedTarget): Promise<ReportFile> {
  const standard = standardStream(target.path);
  if (standard !== undefined) return { stream: standard, publish: async () => {}, discard() {} };
  const place = await followed(resolve(target.path));
  const found = await stat(place).catch((error: NodeJS.ErrnoException) => {
    // Links that lead round in a circle, say, are not nothing.
    if (error.code === 'ENOENT') return undefined;
    throw unwritable(target, place, error);
  });
  if (found?.isDirectory()) throw new UserError(`--report ${target.kind}=${target.path}: this is a folder`);
  return found === undefined || (found.isFile() && !isDescriptor(place))
    ? openDraft(target, place)
    : openThrough(target, place);
}

/** Where the links lead, whether anything is there or not. A descriptor of this process is a place of its own. */
async function followed(path: string): Promise<string> {
  let place = path;
  for (let links = 0; links < mostLinks && !isDescriptor(place); links++) {
    const next = await readlink(place).catch(() => undefined);
    if (next === undefined) return place;
    place = resolve(dirname(place), next);
  }
  return place;
}

const mostLinks = 40;

async function openDraft(target: NamedTarget, place: string): Promise<ReportFile> {
  const draft = join(dirname(place), `.${basename(place)}.${randomBytes(4).toString('hex')}.tmp`);
  const { stream, finish } = await openStream(target, draft, 'wx');
  const discard = () => rmSync(draft, { force: true });
  return {
    stream,
    discard,
    async publish() {
      try {
        await finish();
        await rename(draft, place);
      } catch (error) {
        discard();
        throw unwritable(target, dirname(place), error);
      }
    },
  };
}

/** A device, a pipe, a descriptor: it stays what it is. */
async function openThrough(target: NamedTarget, place: string): Promise<ReportFile> {
  const { stream, finish } = await openStream(target, place, 'a');
  return {
    stream,
    discard() {},
    publish: () =>
      finish().catch((error: unknown) => {
        throw unwritable(target, place, error);
      }),
  };
}

async function openStream(target: NamedTarget, place: string, flags: 'wx' | 'a') {
  const handle = await open(place, flags).catch((error: unknown) => {
    throw unwritable(target, flags === 'wx' ? dirname(place) : place, error);
  });
  const stream = handle.createWriteStream();
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    stream,
    async finish() {
      if (failure !== undefined) throw failure;
      stream.end();
      await finished(stream);
    },
  };
}

/** The reason without the path that the system was given: that is a temporary name, or where links lead. */
function unwritable({ kind, path }: NamedTarget, where: string, cause: unknown): UserError {
  const folder = dirname(resolve(path));
  const { code, message } = cause as NodeJS.ErrnoException;
  const hint =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? existsSync(folder)
        ? `${folder} is no folder where that could be`
        : `the folder ${folder} does not exist: create it first`
      : `is ${where} writable, and not full?`;
  const reason = new Error(message.replace(/, \w+(?: '.*)?$/s, ''));
  return new UserError(`--report ${kind}=${path}: cannot be written`, { hint, cause: reason });
}
