import { readResultFile } from '../scenario/result-file.ts';
import type { Result } from '../verdict/result.ts';
import { savedResult } from '../verdict/saved-result.ts';

/** Reads a result file. Throws a UserError where it is none, or of another major version. */
export async function openResult(path: string): Promise<Result> {
  return savedResult(path, await readResultFile(path));
}
