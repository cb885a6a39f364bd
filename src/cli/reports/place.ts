import { Writable } from 'node:stream';
import { UserError } from '../../base/errors.ts';
import { maskedUrl } from '../../base/secrets.ts';
import type { Output, Reporter } from '../../reporters/reporter.ts';
import type { ReportTarget } from '../run-options.ts';

/** Where one report goes. */
export interface Place {
  readonly output: Output;
  /** Before the run, with the reporter that goes there. Rejects with a UserError where that cannot be. */
  begin?(reporter: Reporter): Promise<void>;
  /** After the run: completes it. Rejects with a UserError where not all of it could be written. `signal`: leave soon. */
  publish(signal: AbortSignal): Promise<void>;
  /** Leaves nothing half done behind; at once, as the process may end. */
  discard(): void;
}

/** As typed, without secrets. */
export function nameOf({ option, kind, path }: ReportTarget): string {
  return path === undefined ? `${option} ${kind}` : `${option} ${kind}=${maskedUrl(path)}`;
}

/** What no reader at a terminal sees. */
export function plainOutput(stream: NodeJS.WritableStream, more: Partial<Output> = {}): Output {
  return { stream, colour: false, interactive: false, columns: 100, ...more };
}

/** Where a report goes to other places than its stream. */
export function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Keeps what is written until it is asked for. */
export class Kept extends Writable {
  #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  take(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return all;
  }
}

/** An error of the system without the path that it was given: that is a temporary name, or where links lead. */
export function unwritten(target: string, cause: unknown, hint: string): UserError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${target}: cannot be written`, {
    hint,
    cause: new Error(message.replace(/, \w+(?: '.*)?$/s, '')),
  });
}
