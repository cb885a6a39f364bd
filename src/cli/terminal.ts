import { eraseLine, type Output } from '../reporters/reporter.ts';
import { fold } from './fold.ts';

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

/** To people, on stderr: long lines are broken. */
export function say(text: string): void {
  tell(`${fold(text, process.stderr.columns)}\n`);
}

/** Whole lines to stderr, where a bar may be the last one. */
export function tell(lines: string): void {
  const { interactive } = outputOf(process.stderr, process.env);
  process.stderr.write(interactive ? `${eraseLine}${lines}` : lines);
}
