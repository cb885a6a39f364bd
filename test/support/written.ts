import { Writable } from 'node:stream';
import type { Output } from '../../src/reporters/reporter.ts';

/** An output that keeps what is written to it. */
export function written(changes: Partial<Omit<Output, 'stream'>>): Output & { text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  // What cli-progress asks of a stream.
  Object.assign(stream, { isTTY: changes.interactive === true, columns: changes.columns ?? 100 });
  return { stream, colour: false, interactive: false, columns: 100, ...changes, text: () => chunks.join('') };
}
