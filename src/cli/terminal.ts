import type { Output } from '../reporters/reporter.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A standard stream as an output: colour and bars only on a terminal; see https://no-color.org. */
export function outputOf(stream: NodeJS.WriteStream, env: Environment): Output {
  const interactive = stream.isTTY === true && env['TERM'] !== 'dumb';
  return {
    stream,
    interactive,
    colour: interactive && (env['NO_COLOR'] ?? '') === '',
    columns: stream.columns || 100,
  };
}
