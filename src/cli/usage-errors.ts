import type { Command, OutputConfiguration } from 'commander';
import { fold } from './fold.ts';
import { shown } from './terminal.ts';

/** What commander says of a command line, in the width of the terminal. */
export function errorLayout(columns: () => number | undefined): OutputConfiguration {
  return { outputError: (text, write) => write(shown(`${fold(text.trimEnd(), columns())}\n`)) };
}

/** Commander itself tells only how many arguments are too many. */
export function refuseSurplus(command: Command): void {
  const { args, registeredArguments } = command;
  const surplus = registeredArguments.at(-1)?.variadic === true ? [] : args.slice(registeredArguments.length);
  if (surplus.length === 0) return;
  const hint = surplus.some((each) => each.includes('='))
    ? '\na value with spaces or braces must stand in quotes, as --set \'thresholds.publish_time{group=a,qos=1}="max < 1s"\''
    : '';
  command.error(`error: too many arguments for '${command.name()}': ${surplus.join(' ')}${hint}`);
}
