/** Characters that GitHub takes for markup, a mention or a formula, wherever they stand. */
const special = /[\\`*[\]<>|~&$@]/g;
const named: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  $: '&#36;',
  '@': '&#64;',
};
/** An underscore within a word is a letter. */
const looseUnderscore = /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** What would begin a heading, a list or a rule. */
const lineStart = /^(?:[#+=-]|\d+[.)](?=\s|$))/;
const lineBreaks = /[\r\n\u2028\u2029]+/g;

/** A text that is shown as it is, in a table's cell or outside of one, in one line. */
export function plain(text: string): string {
  const line = text.replaceAll(lineBreaks, ' ').trim();
  const start = lineStart.exec(line)?.[0] ?? '';
  const end = start.at(-1) ?? '';
  return (
    (start === '' ? '' : `${start.slice(0, -1)}\\${end}`) +
    line
      .slice(start.length)
      .replaceAll(special, (character) => named[character] ?? `\\${character}`)
      .replaceAll(looseUnderscore, '\\_')
  );
}

/** A name, an expression: in the type of programs, with a fence that it cannot end; a table would still end at |. */
export function code(text: string): string {
  const line = text.replaceAll(lineBreaks, ' ');
  if (line.trim() === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${line.replaceAll('|', '\\|')}${space}${fence}`;
}

/** Lines to be copied, as a block. */
export function block(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

type Column = { readonly title: string; readonly align: 'left' | 'right' };

/** Cells are Markdown already. Beyond `most` rows the rest is only counted. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], most = 50): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const left = rows.length - most;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'left' ? '---' : '--:'))),
    ...rows.slice(0, most).map(line),
    ...(left > 0 ? ['', `and ${left.toLocaleString('en-US')} more in the result file`] : []),
  ].join('\n');
}
