import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml';
import { mask, maskSecrets } from '../base/secrets.ts';

/** Where in the file, from 1; or the command-line option that put the value there. */
export type Place =
  | { readonly line: number; readonly column: number; readonly length: number }
  | { readonly option: string };

export type Path = readonly PropertyKey[];

/** Something wrong with the text itself, found before it has a structure. */
export type SyntaxProblem = {
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  readonly hint?: string;
};

type Found = {
  /** The node at the path; absent where the path leads to nothing. */
  readonly node: Node | undefined;
  /** The key above it, or of the last part of the path that exists. */
  readonly key: Node | undefined;
};

/** The YAML text of a scenario: its values, where each of them stands, and what options put in their place. */
export class Source {
  readonly name: string;
  readonly text: string;
  readonly document: Document;
  readonly #lines = new LineCounter();
  readonly #edits: { readonly path: Path; readonly option: string }[] = [];

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
    this.document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
  }

  /** YAML errors, duplicate keys and aliases of nothing. */
  syntaxProblems(): SyntaxProblem[] {
    const { errors } = this.document;
    // What follows the first error of structure is mostly its echo.
    const structure = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    const told = errors.filter((error) => error === structure || error.code === 'DUPLICATE_KEY');
    const problems = told.map((error) => this.#yamlProblem(error));
    visit(this.document, {
      Alias: (_key, alias) => {
        if (alias.resolve(this.document) !== undefined) return;
        const [start, , end] = alias.range ?? [0, 0, 0];
        problems.push({ start, end, rule: `*${alias.source} must have an anchor &${alias.source} above it` });
      },
    });
    return problems.length > 0 ? problems : this.#aliasProblems();
  }

  /** Aliases of aliases make a text of some lines larger than any memory. */
  #aliasProblems(): SyntaxProblem[] {
    if (readable(() => this.value())) return [];
    let last: Alias | undefined;
    visit(this.document, {
      Alias: (_key, alias) => {
        last = alias;
      },
    });
    const [start, , end] = last?.range ?? [0, 0, 0];
    return [{ start, end, rule: 'must have fewer aliases (*): together they stand for too much' }];
  }

  #yamlProblem({ code, message, pos: [start, end] }: YAMLError): SyntaxProblem {
    if (code === 'DUPLICATE_KEY') {
      const key = /^[^\s:]*/.exec(this.text.slice(start))?.[0] ?? '';
      return { start, end: start + key.length, rule: `${key} must be given only once` };
    }
    if (code === 'MULTIPLE_DOCS') {
      const hint = 'keep each scenario in a file of its own';
      return { start, end, rule: 'must be one YAML document: --- begins a second one', hint };
    }
    const rule = `is not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
    const { line: number, col } = this.#lines.linePos(start);
    return (
      selectorProblem(this.line(number), col - 1, start) ??
      bracesProblem(this.line(number), col - 1, start) ?? { start, end, rule }
    );
  }

  value(): unknown {
    return this.document.toJS({ maxAliasCount: 100 });
  }

  /** Remembers that an option, not the file, holds what is at the path. */
  edited(path: Path, option: string): void {
    this.#edits.push({ path, option: maskSecrets(option) });
  }

  /** The scalar at the path, through aliases; undefined where there is none. */
  scalar(path: Path): Scalar | undefined {
    const { node } = this.#find(path);
    return isScalar(node) ? node : undefined;
  }

  /** `part`: the characters of the text that are meant, of the value or the key. */
  place(path: Path, atKey = false, part?: { readonly offset: number; readonly length: number }): Place {
    const option = this.#edits.findLast(({ path: edit }) => edit.every((segment, i) => same(segment, path[i])))?.option;
    if (option !== undefined) return { option };
    const { node, key } = this.#find(path);
    const made = this.#edits.findLast(({ path: edit }) => path.every((segment, i) => same(segment, edit[i])));
    if (made !== undefined && path.length > 0 && node !== undefined && !node.range) return { option: made.option };
    const empty = node?.range === undefined || node.range === null || node.range[0] === node.range[1];
    const pointAtKey = key !== undefined && (atKey || empty || isCollection(node));
    const range = (pointAtKey ? key : node)?.range ?? this.document.contents?.range ?? [0, 0, 0];
    const meant = pointAtKey ? key : node;
    if (part === undefined || pointAtKey !== atKey || !isScalar(meant)) return this.at(range[0], range[1]);
    const quote = meant.type === 'QUOTE_DOUBLE' || meant.type === 'QUOTE_SINGLE' ? 1 : 0;
    const start = range[0] + quote + part.offset;
    return this.at(start, start + part.length);
  }

  /** The place of a range of the text; never longer than its line. */
  at(start: number, end: number): Place {
    const { line, col: column } = this.#lines.linePos(Math.min(start, this.text.length));
    const rest = this.line(line).length - column + 1;
    return { line: Math.max(1, line), column: Math.max(1, column), length: Math.max(1, Math.min(end - start, rest)) };
  }

  line(number: number): string {
    return this.text.split(/\r?\n/)[number - 1] ?? '';
  }

  /** The whole text without passwords, as the result file keeps it. */
  maskedText(): string {
    const ranges: [number, number][] = [];
    visit(this.document, {
      Pair: (_key, pair, ancestors) => {
        const range = secretRange(pair, ancestors);
        if (range !== undefined) ranges.push(range);
      },
    });
    let text = this.text;
    for (const [start, end] of ranges.reverse()) {
      const newlines = text.slice(start, end).match(/\n/g)?.length ?? 0;
      text = text.slice(0, start) + mask + '\n'.repeat(newlines) + text.slice(end);
    }
    return maskSecrets(text);
  }

  #find(path: Path): Found {
    let node: Node | undefined = this.document.contents ?? undefined;
    let key: Node | undefined;
    for (const segment of path) {
      if (isAlias(node)) node = node.resolve(this.document);
      if (isMap(node)) {
        const pair: Pair | undefined = node.items.find(({ key }) => same(keyOf(key), segment));
        // One entry stands for a list of one.
        if (pair === undefined && segment === 0) continue;
        if (pair === undefined) return { node: undefined, key: key ?? node };
        key = isNode(pair.key) ? pair.key : undefined;
        node = isNode(pair.value) ? pair.value : undefined;
      } else if (isSeq(node)) {
        const item: unknown = node.items[Number(segment)];
        if (item === undefined) return { node: undefined, key };
        node = isNode(item) ? item : undefined;
        key = undefined;
      } else if (segment !== 0) return { node: undefined, key: key ?? node };
    }
    if (isAlias(node)) return { node: node.resolve(this.document), key };
    return { node, key };
  }
}

/** False where aliases are too many; every other error is thrown. */
export function readable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof ReferenceError) return false;
    throw error;
  }
}

const textWithBraces = /(?:[^\s,[\]{}"']*(?:\$\{[^{}"']*\}|\{[^\s{}"']*\}))+[^\s,[\]{}"']*/g;

/** "metric{group: a}: ..." without quotes is two keys to YAML. */
function selectorProblem(line: string, at: number, start: number): SyntaxProblem | undefined {
  const [, lead = '', key] = /^(\s*)([a-z_]+\{[^}"']*:\s[^}"']*\})\s*:/.exec(line) ?? [];
  if (key === undefined) return undefined;
  const begin = start - at + lead.length;
  const rule = 'is not valid YAML: a key with a colon and a space in it must be in quotes';
  return { start: begin, end: begin + key.length, rule, hint: `write "${key}", or ${key.replaceAll(/\s*:\s*/g, '=')}` };
}

/** YAML ends a text where it finds a brace, between { and } or at the text's beginning; `at` counts from 0. */
function bracesProblem(line: string, at: number, start: number): SyntaxProblem | undefined {
  const begin = at - (/[^\s,[\]{}"']*$/.exec(line.slice(0, at))?.[0].length ?? 0);
  for (const { 0: found, index } of line.matchAll(textWithBraces)) {
    // A key ends with a colon.
    const text = found.replace(/:$/, '');
    if (index + text.length < begin || index > at) continue;
    const rule = 'is not valid YAML: a text with braces must be in quotes';
    const also = text.startsWith('${') ? '; what it holds may still be a number' : '';
    const hint = maskSecrets(line).includes(text) ? `write "${text}"${also}` : 'put the whole text in quotes';
    return { start: start - at + index, end: start - at + index + text.length, rule, hint };
  }
  return undefined;
}

/** Keys of the file are nodes; those that an option added are plain. */
function keyOf(key: unknown): PropertyKey {
  return String(isScalar(key) ? key.value : key);
}

function same(a: PropertyKey, b: PropertyKey | undefined): boolean {
  return b !== undefined && String(a) === String(b);
}

/** The literal under a `password` key, or of a header; a plain ${NAME} is no secret. */
function secretRange(pair: Pair, ancestors: readonly unknown[]): [number, number] | undefined {
  if (!isScalar(pair.key) || !isScalar(pair.value)) return undefined;
  const above: unknown = ancestors.at(-2);
  const isHeader = isPair(above) && isScalar(above.key) && above.key.value === 'headers';
  if (pair.key.value !== 'password' && !isHeader) return undefined;
  const { range, source } = pair.value;
  if (!range || /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(source ?? '')) return undefined;
  return [range[0], range[1]];
}
