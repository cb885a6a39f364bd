import { relative } from 'node:path';

type Told = { readonly type: string; readonly data: { readonly file?: string } };

/** A reporter of node:test that names the files with a failed test, a line each: `npm run test:failed` runs them again. */
export default async function* failedFiles(events: AsyncIterable<Told>): AsyncGenerator<string> {
  const told = new Set<string>();
  for await (const { type, data } of events) {
    if (type !== 'test:fail' || data.file === undefined || told.has(data.file)) continue;
    told.add(data.file);
    yield `${relative('.', data.file)}\n`;
  }
}
