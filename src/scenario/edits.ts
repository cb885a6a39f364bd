import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Source } from './source.ts';

/** One value that an option puts into the scenario: `--set groups.a.clients=5`. */
export type Edit = { readonly option: string; readonly path: readonly PropertyKey[]; readonly value: unknown };

export type EditProblem = { readonly option: string; readonly rule: string; readonly hint?: string };

/** Applies `--set path=value`; the value is read as YAML. */
export function applySet(source: Source, assignment: string): EditProblem | undefined {
  const option = `--set ${assignment}`;
  const equals = assignment.indexOf('=');
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
  const path = resolve(source, assignment.slice(0, equals).split('.'));
  if ('rule' in path) return { option, ...path };
  return applyEdit(source, { option, path: path.keys, value: parsed.toJS() });
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

/** Keys may contain dots, and one entry stands for a list of one: the document decides what the words mean. */
function resolve(source: Source, words: readonly string[]): { keys: PropertyKey[] } | { rule: string; hint?: string } {
  const keys: PropertyKey[] = [];
  for (let i = 0; i < words.length; i++) {
    const node = keys.length === 0 ? source.document.contents : source.document.getIn(keys, true);
    const word = words[i] ?? '';
    if (isSeq(node)) {
      const index = Number(word);
      const { length } = node.items;
      if (!/^[0-9]+$/.test(word) || index > length) {
        const where = keys.map(String).join('.');
        return { rule: `must name an entry of ${where} by its number from 0 to ${length - 1}, not ${word}` };
      }
      keys.push(index);
    } else if (isMap(node)) {
      const taken = longestKey(words.slice(i), (key) => node.has(key));
      if (taken === undefined && word === '0') continue;
      keys.push(taken ?? word);
      if (taken !== undefined) i += taken.split('.').length - 1;
    } else keys.push(word);
  }
  return { keys };
}

function longestKey(words: readonly string[], has: (key: string) => boolean): string | undefined {
  for (let n = words.length; n > 0; n--) {
    const key = words.slice(0, n).join('.');
    if (has(key)) return key;
  }
  return undefined;
}
