export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
};

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** What XML 1.0 has; a lone half of a pair is none of it. */
const allowed = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Reads a document as strictly as these tests need: throws where it is not well-formed, or has what XML 1.0 forbids. */
export function parseXml(document: string): Element {
  if (!allowed.test(document)) throw new Error('a character that XML has no place for');
  const rest = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const tokens = rest.match(/<[^<>]*>|[^<>]+/g) ?? [];
  if (tokens.join('') !== rest) throw new Error('a < or > that is no tag');
  const root = { name: '', attributes: {}, children: [] as Element[], text: '' };
  const open: { name: string; attributes: Record<string, string>; children: Element[]; text: string }[] = [root];
  for (const token of tokens) {
    const top = open.at(-1);
    if (top === undefined) throw new Error('more closed than opened');
    if (!token.startsWith('<')) top.text += decoded(token);
    else if (token.startsWith('</')) {
      if (`</${top.name}>` !== token) throw new Error(`${token} closes ${top.name}`);
      open.pop();
    } else {
      const element = tag(token);
      top.children.push(element);
      if (!token.endsWith('/>')) open.push(element);
    }
  }
  const [only] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || only === undefined) throw new Error('not one root element');
  return only;
}

function tag(token: string) {
  const [, name = '', list = ''] = /^<([A-Za-z][\w-]*)((?: [A-Za-z][\w-]*="[^"<]*")*)\/?>$/.exec(token) ?? [];
  if (name === '') throw new Error(`no tag: ${token}`);
  const attributes: Record<string, string> = {};
  for (const [, key = '', value = ''] of list.matchAll(/ ([A-Za-z][\w-]*)="([^"<]*)"/g))
    attributes[key] = decoded(value);
  return { name, attributes, children: [] as Element[], text: '' };
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|(\w+))?;?/g, (whole, code: string | undefined, name: string | undefined) => {
    const character = code === undefined ? entities[name ?? ''] : String.fromCodePoint(Number(code));
    if (character === undefined || !whole.endsWith(';')) throw new Error(`no entity: ${whole}`);
    return character;
  });
}
