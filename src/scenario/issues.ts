import type { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import type { Problem } from '../base/problem.ts';
import { hintFor } from './hints.ts';
import { later } from './later.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Zod's issues as problems; `value` reads what stands at a path, `keysOf` lists the keys that may stand there. */
export function toProblems(issues: readonly Issue[], root: unknown): Problem[] {
  const problems = issues.flatMap((issue) => expand(issue, []).flatMap((one) => problemsOf(one, root)));
  return problems.filter((problem) => !isFollowUp(problem, problems));
}

/** That a key is missing follows from an unknown key beside it that was meant to be it. */
function isFollowUp({ path, rule }: Problem, problems: readonly Problem[]): boolean {
  const [, key] = /^must have the key (\S+)$/.exec(rule) ?? [];
  if (key === undefined) return false;
  const where = path.join('.');
  return problems.some(
    (other) =>
      other.path.slice(0, -1).join('.') === where &&
      (other.hint === `did you mean ${key}?` || other.rule.startsWith(notSupported)),
  );
}

/** Messages for what the schema does not word itself; the known keys ride along with the unknown ones. */
export function wording(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_union')) return missing;
  if (issue.code === 'unrecognized_keys') return knownKeys(issue.inst).join(' ');
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? `must be ${issue.expected}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  if (issue.code === 'invalid_union') return 'must be of another kind';
  return undefined;
}

const missing = 'must be given';
const notSupported = 'is not supported yet by this version';
const kinds: Readonly<Record<string, string>> = {
  object: 'must be a map',
  record: 'must be a map',
  array: 'must be a list',
  string: 'must be text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
};

function knownKeys(schema: unknown): readonly string[] {
  const shape: unknown = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}

/** Of a union, the branch that fits the kind of what was written; where none does, or several, the union's own message. */
function expand(issue: Issue, above: Path): Issue[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_key') {
    return issue.issues.map(
      ({ message }): Issue => ({ code: 'custom', message, path, input: undefined, params: { atKey: true } }),
    );
  }
  if (issue.code !== 'invalid_union') return [{ ...issue, path } as Issue];
  const fitting = (issue.errors as readonly Issue[][]).filter((branch) => !branch.some(isOfOtherKind));
  const [branch, other] = fitting.toSorted((a, b) => weight(a) - weight(b));
  if (branch === undefined || isForm(branch)) return [{ ...issue, path, errors: [] } as Issue];
  if (other !== undefined && isBetween(branch, other, path)) {
    return [{ code: 'custom', message: issue.message, path, input: undefined, params: { keysOnly: true } }];
  }
  return branch.flatMap((inner) => expand(inner, path));
}

/** A text that is not of the form that one branch asks for: the union's message names the others, too. */
function isForm([issue, ...more]: readonly Issue[]): boolean {
  return more.length === 0 && issue?.code === 'invalid_format' && issue.path.length === 0;
}

/** True where the keys do not tell which of two maps was meant: those of both, or of neither. */
function isBetween(branch: readonly Issue[], other: readonly Issue[], path: Path): boolean {
  const unknown = unknownKeys(branch);
  const unknownThere = unknownKeys(other);
  if (unknown.some((key) => !unknownThere.includes(key))) return true;
  return weight(branch) === weight(other) && unknown.every((key) => later([...path, key]) === undefined);
}

function unknownKeys(branch: readonly Issue[]): string[] {
  return branch.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : []));
}

function isOfOtherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union')
    return (issue.errors as readonly Issue[][]).every((branch) => branch.some(isOfOtherKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** Of two branches that fit, the one with fewer unknown and missing keys was meant; a misspelt key is half unknown. */
function weight(branch: readonly Issue[]): number {
  return branch.reduce((sum, issue) => {
    if (issue.code !== 'unrecognized_keys') return sum + 1;
    const known = issue.message.split(' ');
    return sum + issue.keys.reduce((part, key) => part + (nearest(key, known) === undefined ? 1 : 0.5), 0);
  }, 0);
}

/** What the schema, or `expand`, tells along with a custom issue; `keysOnly`: the keys of the map say what is wrong. */
type Params = Pick<Problem, 'hint' | 'atKey' | 'part'> & { readonly keysOnly?: boolean };

function tellKeys(value: unknown): string {
  const keys = Object.keys(value as object);
  return keys.length === 0 ? 'is empty' : `has ${keys.join(' and ')}`;
}

function problemsOf(issue: Issue, root: unknown): Problem[] {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(' ')));
  const value = valueAt(root, path);
  if (value === undefined) {
    const above = path.slice(0, -1);
    return [{ path: above, rule: `must have the key ${String(path.at(-1) ?? 'groups')}`, atKey: true }];
  }
  const params = ('params' in issue ? (issue.params as Params | undefined) : undefined) ?? {};
  if (params.atKey) {
    const advice = params.hint === undefined ? {} : { hint: params.hint };
    const part = params.part === undefined ? {} : { part: params.part };
    return [{ path, rule: issue.message, atKey: true, ...advice, ...part }];
  }
  if (params.keysOnly) return [{ path, rule: `${issue.message}, but ${tellKeys(value)}` }];
  const hint = params.hint ?? hintFor(issue.message, value);
  return [
    {
      path,
      rule: issue.message,
      value,
      ...(hint === undefined ? {} : { hint }),
      ...(params.part === undefined ? {} : { part: params.part }),
    },
  ];
}

function unknownKey(path: Path, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  const notYet = later(path);
  if (notYet !== undefined) return { path, rule: `${notSupported}: ${notYet}`, atKey: true };
  const parent = path.slice(0, -1).findLast((part) => typeof part === 'string');
  const close = nearest(key, known);
  return {
    path,
    rule: `is not a known key of ${String(parent ?? 'a scenario')}`,
    hint: close === undefined ? `known: ${known.join(', ')}` : `did you mean ${close}?`,
    atKey: true,
  };
}

/** A list of one may be written without the list. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (key === 0 && !Array.isArray(value) && !('0' in value)) continue;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
