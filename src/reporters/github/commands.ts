export type Level = 'error' | 'warning' | 'notice';

/** Where in the repository; lines and columns from 1. */
export type Spot = { readonly file?: string; readonly line?: number; readonly col?: number; readonly title?: string };

/** An annotation, as GitHub reads it from any line of a step's log ("workflow commands"). */
export function annotation(level: Level, spot: Spot, message: string): string {
  const properties = (['file', 'line', 'col', 'title'] as const)
    .filter((name) => spot[name] !== undefined)
    .map((name) => `${name}=${property(String(spot[name]))}`);
  const head = properties.length === 0 ? level : `${level} ${properties.join(',')}`;
  return `::${head}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Text for a step's log, no line of which is a command: the runner obeys "::" at the start of one, and "##[" anywhere. */
export function inert(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}

/** One output of a step, in the form in which no value can end itself or begin another; `delimiter` is in no value. */
export function stepOutput(name: string, value: string, delimiter: string): string {
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}
