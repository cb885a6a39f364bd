import type { ExitCode } from './exit-codes.ts';
import { exitCode } from './exit-codes.ts';

/** Something the user can mend: told as text with a hint, never as a stack; every other error is a bug. */
export class UserError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, options: { hint?: string; exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCode.usage;
  }
}
