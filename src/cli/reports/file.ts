import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { open, readlink, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import type { UserError } from '../../base/errors.ts';
import { isDescriptor, standardStream } from '../descriptors.ts';
import { type Place, plainOutput, unwritten } from './place.ts';

/** A file is written under a temporary name beside its place, so that a reader never finds half a report. */
export interface OpenFile {
  readonly stream: NodeJS.WritableStream;
  /** Completes it, and puts it in its place. Rejects with a UserError where it could not be written. */
  publish(): Promise<void>;
  discard(): void;
}

/** `target`: what errors call it. */
export async function filePlace(target: string, path: string): Promise<Place> {
  const { stream, publish, discard } = await openFile(target, path);
  return { output: plainOutput(stream, { name: basename(path) }), publish, discard };
}

export async function openFile(target: string, path: string): Promise<OpenFile> {
  const standard = standardStream(path);
  if (standard !== undefined) return { stream: standard, publish: async () => {}, discard() {} };
  const place = await followed(resolve(path));
  const found = await stat(place).catch((error: NodeJS.ErrnoException) => {
    // Links that lead round in a circle, say, are not nothing.
    if (error.code === 'ENOENT') return undefined;
    throw unwritable(target, path, place, error);
  });
  return found === undefined || (found.isFile() && !isDescriptor(place))
    ? openDraft(target, path, place)
    : openThrough(target, path, place);
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

async function openDraft(target: string, path: string, place: string): Promise<OpenFile> {
  const draft = join(dirname(place), `.${basename(place)}.${randomBytes(4).toString('hex')}.tmp`);
  const { stream, finish } = await openStream(draft, 'wx').catch((error: unknown) => {
    throw unwritable(target, path, dirname(place), error);
  });
  const discard = () => {
    stream.destroy();
    rmSync(draft, { force: true });
  };
  return {
    stream,
    discard,
    async publish() {
      try {
        await finish();
        await rename(draft, place);
      } catch (error) {
        discard();
        throw gone(target, dirname(place), error) ?? unwritable(target, path, dirname(place), error);
      }
    },
  };
}

/** A device, a pipe, a descriptor: it stays what it is. */
async function openThrough(target: string, path: string, place: string): Promise<OpenFile> {
  const told = (error: unknown) => {
    throw unwritable(target, path, place, error);
  };
  const { stream, finish } = await openStream(place, 'a').catch(told);
  return { stream, discard: () => stream.destroy(), publish: () => finish().catch(told) };
}

async function openStream(place: string, flags: 'wx' | 'a') {
  const handle = await open(place, flags);
  const stream = handle.createWriteStream();
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure ??= error;
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

/** What was there when the run began. */
function gone(target: string, folder: string, cause: unknown): UserError | undefined {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
  return unwritten(
    target,
    cause,
    `${folder} was there when the run began: what was in it, or all of it, was removed since`,
  );
}

function unwritable(target: string, path: string, where: string, cause: unknown): UserError {
  const folder = dirname(resolve(path));
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EPIPE') return unwritten(target, cause, 'whoever read it left before the end');
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return unwritten(target, cause, `is ${where} writable, and not full?`);
  const hint = existsSync(folder)
    ? `${folder} is no folder where that could be`
    : `the folder ${folder} does not exist: create it first`;
  return unwritten(target, cause, hint);
}
