import { withoutControls } from '../base/plain-text.ts';
import { inert } from '../reporters/github/commands.ts';
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

/** Lines that are only read: neither a terminal nor the log of a step obeys what is quoted in them. */
export function shown(lines: string): string {
  return inert(withoutControls(lines));
}

/** Whole lines to stderr, where a bar may be the last one. */
export function tell(lines: string): void {
  const { interactive } = outputOf(process.stderr, process.env);
  const told = shown(lines);
  process.stderr.write(interactive ? `${eraseLine}${told}` : told);
}
