import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { UserError } from '../base/errors.ts';
import { reporters } from '../reporters/index.ts';
import type { Output, Reporter } from '../reporters/reporter.ts';
import type { ReportTarget, RunSettings } from './run-options.ts';

/** A reporter and the file it writes, if it writes one. */
export interface OpenReport {
  readonly reporter: Reporter;
  readonly file?: DraftFile;
}

/** Written under a temporary name beside its place, so that a reader never finds half a report. */
interface DraftFile {
  readonly stream: NodeJS.WritableStream;
  /** Puts it in its place. Rejects where it could not be written. */
  publish(): Promise<void>;
  discard(): void;
}

/** Opens every file at once: a folder that is missing or not writable is a UserError before anything connects. */
export async function openReports({ reports }: RunSettings, stdout: Output, stderr: Output): Promise<OpenReport[]> {
  const opened: OpenReport[] = [];
  try {
    for (const { kind, path } of reports) {
      const openReporter = await reporters[kind]();
      if (path === undefined) {
        opened.push({ reporter: openReporter(kind === 'progress' ? stderr : stdout) });
      } else {
        const file = await openDraft({ kind, path });
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

export function discardReports(reports: readonly OpenReport[]): void {
  for (const { file } of reports) file?.discard();
}

async function openDraft(target: ReportTarget & { path: string }): Promise<DraftFile> {
  const place = resolve(target.path);
  const draft = join(dirname(place), `.${basename(place)}.${randomBytes(4).toString('hex')}.tmp`);
  const stream = (await openNew(target, place, draft)).createWriteStream();
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = error;
  });
  const discard = () => rmSync(draft, { force: true });
  return {
    stream,
    discard,
    async publish() {
      try {
        if (failure !== undefined) throw failure;
        stream.end();
        await finished(stream);
        await rename(draft, place);
      } catch (error) {
        discard();
        throw unwritable(target, error);
      }
    },
  };
}

async function openNew(target: ReportTarget & { path: string }, place: string, draft: string): Promise<FileHandle> {
  const found = await stat(place).catch(() => undefined);
  if (found?.isDirectory()) throw new UserError(`--report ${target.kind}=${target.path}: this is a folder`);
  try {
    return await open(draft, 'wx');
  } catch (error) {
    throw unwritable(target, error);
  }
}

function unwritable({ kind, path }: ReportTarget & { path: string }, cause: unknown): UserError {
  const folder = dirname(resolve(path));
  const { code } = cause as NodeJS.ErrnoException;
  const missing = (code === 'ENOENT' || code === 'ENOTDIR') && !existsSync(folder);
  const hint = missing
    ? `the folder ${folder} does not exist: create it first`
    : `is ${folder} writable, and not full?`;
  return new UserError(`--report ${kind}=${path}: the file cannot be written`, { hint, cause });
}
