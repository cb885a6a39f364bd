/** All that XML 1.0 has no place for, even escaped; a lone half of a pair among it. */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const escapes: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

export type Attributes = Readonly<Record<string, string | number>>;

/** An element with its contents, which are XML already; each child on a line of its own. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  if (children.length === 0) return `<${name}${head.join('')}/>`;
  const inside = children.map((child) => `  ${child.replaceAll('\n', '\n  ')}`).join('\n');
  return `<${name}${head.join('')}>\n${inside}\n</${name}>`;
}

/** An element that holds a text. */
export function textElement(name: string, attributes: Attributes, text: string): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  return `<${name}${head.join('')}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll(forbidden, '\ufffd').replaceAll(/[<>&"]/g, (character) => escapes[character] ?? '');
}

/** Line breaks would be read as spaces. */
function attribute(text: string): string {
  return escaped(text).replaceAll('\t', '&#9;').replaceAll('\n', '&#10;').replaceAll('\r', '&#13;');
}
