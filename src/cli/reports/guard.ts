import type { Reporter } from '../../reporters/reporter.ts';

/** A reporter that throws is a bug, and told no more: neither the run nor what others tell of it may be lost with it. */
export class Guarded implements Reporter {
  readonly #reporter: Reporter;
  /** What it threw first. */
  failure: Error | undefined;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  start(...given: Parameters<NonNullable<Reporter['start']>>): void {
    this.#try(() => this.#reporter.start?.(...given));
  }

  waits(...given: Parameters<NonNullable<Reporter['waits']>>): void {
    this.#try(() => this.#reporter.waits?.(...given));
  }

  second(...given: Parameters<NonNullable<Reporter['second']>>): void {
    this.#try(() => this.#reporter.second?.(...given));
  }

  async end(...given: Parameters<NonNullable<Reporter['end']>>): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await this.#reporter.end?.(...given);
    } catch (error) {
      this.#failed(error);
    }
  }

  #try(tell: () => void): void {
    if (this.failure !== undefined) return;
    try {
      tell();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.failure = error instanceof Error ? error : new Error(String(error));
  }
}
