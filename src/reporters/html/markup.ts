import { withoutControls } from '../../base/plain-text.ts';

/** HTML that is safe as it stands; only `html` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; false and undefined stand for nothing. */
export type Child = Markup | string | number | false | undefined | readonly Child[];

/** A template of HTML in which every value is escaped, whoever it comes from. Values stand in content or between quotes. */
export function html(parts: TemplateStringsArray, ...children: readonly Child[]): Markup {
  return new Markup(parts.map((part, i) => (i === 0 ? part : written(children[i - 1]) + part)).join(''));
}

function written(child: Child): string {
  if (child === undefined || child === false) return '';
  if (child instanceof Markup) return child.text;
  if (typeof child === 'object') return child.map(written).join('');
  return escaped(String(child));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return withoutControls(text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? ''));
}

/** JSON that may stand inside a script element, whatever its texts hold; it is data there and is not executed. */
export function jsonBlock(id: string, data: unknown): Markup {
  const json = JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(`<script type="application/json" id="${id}">${json}</script>`);
}

export type Column = { readonly title: string; readonly align: 'left' | 'right' };

/** A table that scrolls by itself where the page is narrower. Cells of right columns are figures. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Child[])[],
  rowClass: (row: number) => string = () => '',
): Markup {
  const side = (at: number) => (columns[at]?.align === 'right' ? 'figure' : '');
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title }, at) => html`<th scope="col" class="${side(at)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row, i) => html`<tr class="${rowClass(i)}">${row.map((cell, at) => cellOf(cell, at, side(at)))}</tr>
`,
  )}</tbody>
</table></div>`;
}

function cellOf(cell: Child, at: number, side: string): Markup {
  return at === 0 ? html`<th scope="row" class="${side}">${cell}</th>` : html`<td class="${side}">${cell}</td>`;
}
