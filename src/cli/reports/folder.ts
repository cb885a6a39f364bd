import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { ReportTarget } from '../run-options.ts';
import { openFile } from './file.ts';
import { Kept, nameOf, nowhere, type Place, plainOutput, unwritten } from './place.ts';

/** A folder takes each text of a report as a file of its own. It is made where it is missing; the one above it is not. */
export function folderPlace(target: ReportTarget, path: string): Place {
  const folder = resolve(path);
  const name = nameOf(target);
  const texts = new Map<string, Kept>();
  const part = (file: string) => {
    const text = texts.get(file) ?? new Kept();
    texts.set(file, text);
    return text;
  };
  return {
    output: plainOutput(nowhere(), { part }),
    async begin({ parts }) {
      if (parts !== true) {
        const hint = 'reports of this kind are one file: name one in it';
        throw new UserError(`${name}: this is a folder`, { hint });
      }
      await requireWritable(name, folder);
    },
    async publish() {
      for (const [file, text] of texts) {
        const { stream, publish } = await openFile(name, join(folder, file));
        stream.write(text.take());
        await publish();
      }
    },
    discard() {},
  };
}

async function requireWritable(name: string, folder: string): Promise<void> {
  const trial = join(folder, `.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await writeFile(trial, '');
    await rm(trial);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint =
      code === 'ENOENT'
        ? `the folder ${dirname(folder)} does not exist: create it first`
        : `is ${folder} a folder, writable, and not full?`;
    throw unwritten(name, error, hint);
  }
}
