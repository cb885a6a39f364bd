/** All that XML 1.0 has no place for, even escaped; a lone half of a pair among it. */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const escapes: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

type Attributes = Readonly<Record<string, string | number>>;

/** Text stands alone in its element, so that no indent becomes a part of it. */
export type Element = {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly Element[] | string;
};

export function element(name: string, attributes: Attributes, children: Element['children'] = []): Element {
  return { name, attributes, children };
}

/** One element a line, those within another one below it. */
export function xml({ name, attributes, children }: Element, indent = ''): string {
  const told = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  const head = `${indent}<${name}${told.join('')}`;
  if (typeof children === 'string') return `${head}>${escaped(children)}</${name}>\n`;
  if (children.length === 0) return `${head}/>\n`;
  const inside = children.map((child) => xml(child, `${indent}  `));
  return `${head}>\n${inside.join('')}${indent}</${name}>\n`;
}

function escaped(text: string): string {
  return text.replaceAll(forbidden, '\ufffd').replaceAll(/[<>&"]/g, (character) => escapes[character] ?? '');
}

/** Line breaks would be read as spaces. */
function attribute(text: string): string {
  return escaped(text).replaceAll('\t', '&#9;').replaceAll('\n', '&#10;').replaceAll('\r', '&#13;');
}
