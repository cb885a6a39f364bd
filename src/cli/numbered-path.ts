import { statSync } from 'node:fs';
import { extname } from 'node:path';

/** A url, or an address such as :9100, takes one report after the other. */
const elsewhere = /^(?:[a-z]+:\/\/|[^/\\]*:\d+$)/i;

/** "out.json" to "out-base-3.json", "out/" to "out-base-3/"; what is no file and no folder takes one after the other, as a pipe does. */
export function numberedPath(path: string, what: string): string {
  const found = elsewhere.test(path) ? undefined : statSync(path, { throwIfNoEntry: false });
  if (elsewhere.test(path) || (found !== undefined && !found.isFile() && !found.isDirectory())) return path;
  const [plain, end = ''] = path.endsWith('/') ? [path.slice(0, -1), '/'] : [path];
  const extension = extname(plain);
  return `${plain.slice(0, plain.length - extension.length)}-${what}${extension}${end}`;
}
