import type { Ink } from './ink.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Left out where the line is too narrow, the highest first; absent: never. */
  readonly spare?: number;
}

const gap = '  ';

/** The title of the first column is the table's own. Lines are at most `width` long; what does not fit is cut in the first column. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  ink: Ink,
): string[] {
  const kept = fitting(columns, rows, width);
  const widths = kept.map((at) => widest(columns, rows, at));
  const first = Math.max(8, (widths[0] ?? 0) - Math.max(0, total(widths) - width));
  const line = (cells: readonly string[]) =>
    kept
      .map((at, i) => pad(cells[at] ?? '', i === 0 ? first : (widths[i] ?? 0), columns[at]?.align ?? 'left'))
      .join(gap)
      .trimEnd();
  const [title = '', ...titles] = columns.map((column) => column.title);
  const head = line([title, ...titles]);
  return [ink.bold(head.slice(0, title.length)) + ink.dim(head.slice(title.length)), ...rows.map((row) => line(row))];
}

function fitting(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  let kept = columns.map((_, at) => at).filter((at) => widest(columns, rows, at) > 0);
  while (total(kept.map((at) => widest(columns, rows, at))) > width) {
    const spare = kept.filter((at) => columns[at]?.spare !== undefined);
    if (spare.length === 0) return kept;
    const least = spare.reduce((one, other) =>
      (columns[other]?.spare ?? 0) > (columns[one]?.spare ?? 0) ? other : one,
    );
    kept = kept.filter((at) => at !== least);
  }
  return kept;
}

function widest(columns: readonly Column[], rows: readonly (readonly string[])[], at: number): number {
  return rows.reduce((most, row) => Math.max(most, (row[at] ?? '').length), columns[at]?.title.length ?? 0);
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return align === 'left' ? cut.padEnd(width) : cut.padStart(width);
}

/** Words put into lines of at most `width`; a longer word stands alone and is not broken, nor is a line at a no-break space. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => each.replaceAll('\u00a0', ' '));
}

/** A wrapped paragraph behind a mark, its further lines under the first word. */
export function item(
  mark: string,
  text: string,
  width: number,
  paint: (mark: string) => string = (it) => it,
): string[] {
  const indent = ' '.repeat(mark.length + 3);
  return wrap(text, width - indent.length).map((line, i) =>
    i === 0 ? `  ${paint(mark)} ${line}` : `${indent}${line}`,
  );
}
