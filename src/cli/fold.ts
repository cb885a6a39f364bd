/** Text for a terminal of so many columns: long lines are broken between words; of a quoted source line the part with the caret stays. */
export function fold(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < narrowest) return text;
  const folded: string[] = [];
  const lines = paragraphs(text.split('\n'));
  for (const [i, line] of lines.entries()) {
    if (!quoted.test(line)) folded.push(...broken(line, columns));
    else if (!caret.test(line)) folded.push(...excerpt(line, lines[i + 1] ?? '', columns));
  }
  return folded.join('\n');
}

const narrowest = 20;
/** "    3 | text", and the caret below it. */
const quoted = /^ *[0-9]* \| /;
const caret = /^ {5} \| *\^+$/;
const hintIndent = ' '.repeat(6);

/** What was broken for wider lines is put together again. */
function paragraphs(lines: readonly string[]): string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const before = joined.at(-1);
    const goesOn = line.startsWith(hintIndent) && before?.startsWith(hintIndent) && !quoted.test(line);
    if (goesOn && before !== undefined && !quoted.test(before)) joined[joined.length - 1] = `${before} ${line.trim()}`;
    else joined.push(line);
  }
  return joined;
}

/** A word that is longer than the line stands alone: it can still be copied. */
function broken(text: string, columns: number): string[] {
  if (text.length <= columns) return [text];
  const [lead = ''] = /^ */.exec(text) ?? [];
  const indent = lead === '' ? '  ' : lead;
  const lines: string[] = [];
  let line = lead;
  for (const word of text.trim().split(' ')) {
    const longer = line.trim() === '' ? line + word : `${line} ${word}`;
    if (longer.length <= columns || line.trim() === '') line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
}

/** The source line and its caret, moved to the left until the caret is in sight. */
function excerpt(source: string, below: string, columns: number): string[] {
  const marked = caret.test(below) ? below : '';
  if (Math.max(source.length, marked.length) <= columns) return marked === '' ? [source] : [source, marked];
  const gutter = source.indexOf('|') + 2;
  const room = columns - gutter;
  const from = Math.max(gutter, Math.min(marked.indexOf('^') - Math.floor(room / 2), source.length - room));
  const cut = (line: string) => line.slice(0, gutter) + line.slice(from, from + room).trimEnd();
  const first = from > gutter ? `${source.slice(0, gutter)}…${cut(source).slice(gutter + 1)}` : cut(source);
  const shown = source.length > from + room ? `${first.slice(0, columns - 1)}…` : first;
  return marked === '' ? [shown] : [shown, cut(marked)];
}
