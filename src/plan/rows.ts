/** A label and what is said under it. */
export type Row = readonly [label: string, text: string];

/** A heading, and rows below it with their texts in one column, wrapped; nothing where there are no rows. */
export type LayOut = (heading: string, rows: readonly Row[]) => string[];

const widest = 100;
const narrowest = 40;
const indent = 2;

/** Lines of at most so many columns, and never more than 100. */
export function layOutWithin(columns = widest): LayOut {
  const width = Math.max(narrowest, Math.min(widest, columns));
  return (heading, rows) => {
    const filled = rows.filter(([, text]) => text !== '');
    if (filled.length === 0) return [];
    const labels = Math.max(...filled.map(([label]) => label.length));
    const gap = labels === 0 ? 0 : labels === 1 ? 1 : 2;
    // Where labels would leave no room beside them, the text stands below its label.
    const beside = labels + gap <= width / 2;
    const lead = ' '.repeat(indent + (beside ? labels + gap : indent));
    const lines = filled.flatMap(([label, text]) => {
      const wrapped = wrap(text, width - lead.length).map((line) => (lead + line).trimEnd());
      if (!beside) return [...(label === '' ? [] : [' '.repeat(indent) + label]), ...wrapped];
      return wrapped.map((line, i) =>
        i === 0 ? ' '.repeat(indent) + label + line.slice(indent + label.length) : line,
      );
    });
    return heading === '' ? lines : [...wrap(heading, width), ...lines];
  };
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
