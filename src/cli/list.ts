import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { wrap } from '../reporters/text/table.ts';
import { describeBundled } from '../scenario/bundled.ts';

type Entry = { readonly name: string; readonly description: string };

/** Names what `run` and `check` know without a file, a line each. */
export async function list({ out }: { readonly out: NodeJS.WriteStream }): Promise<ExitCode> {
  // A file or a pipe has no width: there nothing is cut.
  const columns = out.isTTY ? out.columns || 80 : Number.POSITIVE_INFINITY;
  out.write(listed(await describeBundled(), columns));
  return exitCode.passed;
}

const roomy = 30;

/** Aligned, and no wider than the columns: broken between words, below the name where there is little room beside it. */
export function listed(entries: readonly Entry[], columns: number): string {
  const width = Math.max(0, ...entries.map(({ name }) => name.length)) + 2;
  const beside = columns - width >= roomy;
  const indent = ' '.repeat(beside ? width : 2);
  const lines = entries.flatMap(({ name, description }) => {
    const [first = '', ...more] = wrap(description, columns - indent.length).map((line) => indent + line);
    return beside ? [name + first.slice(name.length), ...more] : [name, first, ...more];
  });
  return lines.map((line) => `${line}\n`).join('');
}
