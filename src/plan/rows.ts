/** A label and what is said under it. */
export type Row = readonly [label: string, text: string];

const columns = 100;
const indent = 2;

/** A heading, and rows below it with their texts in one column, wrapped; nothing where there are no rows. */
export function layOut(heading: string, rows: readonly Row[]): string[] {
  const filled = rows.filter(([, text]) => text !== '');
  if (filled.length === 0) return [];
  const labels = Math.max(...filled.map(([label]) => label.length));
  const gap = labels === 0 ? 0 : labels === 1 ? 1 : 2;
  const lines = filled.flatMap(([label, text]) => {
    const width = columns - indent - labels - gap;
    return wrap(text, width).map((line, i) => {
      const lead = i === 0 ? label.padEnd(labels + gap) : ' '.repeat(labels + gap);
      return `${' '.repeat(indent)}${lead}${line}`.trimEnd();
    });
  });
  return heading === '' ? lines : [...heading.split('\n'), ...lines];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}
