import { isMap, isScalar, isSeq, parseDocument, YAMLMap } from 'yaml';
import { nearest } from '../base/nearest.ts';
import { readable, type Source } from './source.ts';

/** One value that an option puts into the scenario: `--set groups.a.clients=5`. */
export type Edit = { readonly option: string; readonly path: readonly PropertyKey[]; readonly value: unknown };

export type EditProblem = { readonly option: string; readonly rule: string; readonly hint?: string };

/** Applies `--set path=value`; the value is read as YAML. */
export function applySet(source: Source, assignment: string): EditProblem | undefined {
  const option = `--set ${assignment}`;
  // The labels of a threshold's key have = and dots of their own.
  const equals = /^(?:[^={]|\{[^}]*\})*(?==)/.exec(assignment)?.[0].length ?? 0;
  if (equals < 1) {
    return { option, rule: 'must be <path>=<value>', hint: 'an example: --set groups.sensors.clients=10' };
  }
  const parsed = parseDocument(assignment.slice(equals + 1), { prettyErrors: false });
  const error = parsed.errors[0];
  if (error !== undefined) {
    return {
      option,
      rule: `must have a YAML value: ${error.message}`,
      hint: 'put a text with special characters in quotes',
    };
  }
  if (!readable(() => parsed.toJS()))
    return { option, rule: 'must have a YAML value whose aliases (*) have anchors, and are few' };
  const path = resolve(source, wordsOf(assignment.slice(0, equals)));
  if ('rule' in path) return { option, ...path };
  openBroker(source, path.keys);
  return applyEdit(source, { option, path: path.keys, value: parsed.toJS() });
}

function wordsOf(path: string): string[] {
  return path.split(/\.(?![^{]*\})/);
}

/** Whether an option has given what is at a path that is written as for `--set`. */
export function isEdited(source: Source, path: string): boolean {
  const found = resolve(source, wordsOf(path));
  return 'keys' in found && 'option' in source.place(found.keys);
}

/** A broker that is a url gets room for what is set below it. */
function openBroker({ document }: Source, [first, index, ...below]: readonly PropertyKey[]): void {
  if (first !== 'brokers' || below.length === 0) return;
  const url: unknown = document.getIn([first, index], true);
  if (!isScalar(url) || typeof url.value !== 'string') return;
  const broker = new YAMLMap();
  broker.set('url', url);
  document.setIn([first, index], broker);
}

/** Puts a value in its place, making the maps above it where they are missing. */
export function applyEdit(source: Source, edit: Edit): EditProblem | undefined {
  const { document } = source;
  for (let depth = 0; depth < edit.path.length; depth++) {
    const above = edit.path.slice(0, depth);
    const node = document.getIn(above, true);
    if (node === undefined || (isScalar(node) && node.value === null)) document.setIn(above, document.createNode({}));
  }
  try {
    document.setIn(edit.path, document.createNode(edit.value));
  } catch {
    const path = edit.path.map(String).join('.');
    return { option: edit.option, rule: `cannot be set: what is above ${path} is no map and no list` };
  }
  source.edited(edit.path, edit.option);
  return undefined;
}

type Resolved = { readonly keys: PropertyKey[] } | { readonly rule: string; readonly hint?: string };

/** Keys may contain dots, and one entry stands for a list of one: the document decides what the words mean. */
function resolve(source: Source, words: readonly string[]): Resolved {
  const keys: PropertyKey[] = [];
  for (let i = 0; i < words.length; i++) {
    const node = keys.length === 0 ? source.document.contents : source.document.getIn(keys, true);
    const word = words[i] ?? '';
    if (isSeq(node)) {
      // One more entry may follow the last; a broker may not: --broker is for that.
      const highest = keys[0] === 'brokers' ? node.items.length - 1 : node.items.length;
      if (!/^[0-9]+$/.test(word) || Number(word) > highest) {
        const where = keys.map(String).join('.');
        return { rule: `must name an entry of ${where} by its number from 0 to ${node.items.length - 1}, not ${word}` };
      }
      keys.push(Number(word));
    } else if (isMap(node)) {
      const taken = longestKey(words.slice(i), node);
      if (taken === undefined && keys.length === 1 && keys[0] === 'groups') return noGroup(node, words.slice(i));
      if (taken === undefined && word === '0') continue;
      keys.push(taken?.key ?? word);
      if (taken !== undefined) i += taken.words - 1;
    } else {
      if (keys.length === 1 && keys[0] === 'groups') return { rule: 'must not make a group: the scenario has none' };
      if (keys.length === 1 && keys[0] === 'brokers')
        return { rule: 'must not make a broker: the scenario has none', hint: 'use --broker mqtt://host:port' };
      keys.push(word);
    }
  }
  return { keys };
}

/** A group that a slip of the pen makes would be idle clients that nobody asked for. */
function noGroup(groups: YAMLMap, words: readonly string[]): Resolved {
  const known = groups.items.map(({ key }) => keyText(key));
  // The name may have dots, so it may be any number of the words.
  const close = words.map((_, n) => nearest(words.slice(0, n + 1).join('.'), known)).find((name) => name !== undefined);
  return {
    rule: `must name a group that exists: ${words[0]} does not`,
    hint: close === undefined ? `known: ${known.join(', ')}` : `did you mean groups.${close}?`,
  };
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** The key of the map that the most words make, and how many they are; a number may be a key too. */
function longestKey(words: readonly string[], map: YAMLMap): { key: PropertyKey; words: number } | undefined {
  for (let n = words.length; n > 0; n--) {
    const text = words.slice(0, n).join('.');
    const found = map.items.find(({ key }) => keyText(key) === text);
    if (found !== undefined)
      return { key: (isScalar(found.key) ? found.key.value : found.key) as PropertyKey, words: n };
  }
  return undefined;
}
