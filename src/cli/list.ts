import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { describeBundled } from '../scenario/bundled.ts';

type Entry = { readonly name: string; readonly description: string };

/** Names what `run` and `check` know without a file, a line each. */
export async function list({ out }: { readonly out: NodeJS.WriteStream }): Promise<ExitCode> {
  // A file or a pipe has no width: there nothing is cut.
  const columns = out.isTTY ? out.columns || 80 : Number.POSITIVE_INFINITY;
  out.write(listed(await describeBundled(), columns));
  return exitCode.passed;
}

/** Aligned, and no wider than the columns. */
export function listed(entries: readonly Entry[], columns: number): string {
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  return entries.map(({ name, description }) => `${cut(`${name.padEnd(width)}  ${description}`, columns)}\n`).join('');
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1)).trimEnd()}…`;
}
