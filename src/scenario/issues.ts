import type { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import type { Problem } from '../base/problem.ts';
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
  const [, key] = /^must have (\S+)$/.exec(rule) ?? [];
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

/** Of a union, the branch that fits the kind of what was written; where none does, the union's own message. */
function expand(issue: Issue, above: Path): Issue[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_key') {
    return issue.issues.map(
      ({ message }): Issue => ({ code: 'custom', message, path, input: undefined, params: { atKey: true } }),
    );
  }
  if (issue.code !== 'invalid_union') return [{ ...issue, path } as Issue];
  const fitting = (issue.errors as readonly Issue[][]).filter((branch) => !branch.some(isOfOtherKind));
  const [branch] = fitting.toSorted((a, b) => weight(a) - weight(b));
  if (branch === undefined) return [{ ...issue, path, errors: [] } as Issue];
  return branch.flatMap((inner) => expand(inner, path));
}

function isOfOtherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union')
    return (issue.errors as readonly Issue[][]).every((branch) => branch.some(isOfOtherKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** Of two branches that fit, the one with fewer unknown and missing keys was meant. */
function weight(branch: readonly Issue[]): number {
  return branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

function problemsOf(issue: Issue, root: unknown): Problem[] {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(' ')));
  const value = valueAt(root, path);
  if (value === undefined) {
    const above = path.slice(0, -1);
    return [{ path: above, rule: `must have ${String(path.at(-1) ?? 'something')}`, atKey: true }];
  }
  const params = ('params' in issue ? (issue.params as Partial<Problem> | undefined) : undefined) ?? {};
  if (params.atKey) return [{ path, rule: issue.message, atKey: true }];
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

/** What usually was meant: a unit left out, a yes for true, a text that YAML took for a map. */
function hintFor(rule: string, value: unknown): string | undefined {
  if (typeof value === 'number' && value > 0) {
    if (/a duration/.test(rule)) return `did you mean ${value}s?`;
    if (/a size/.test(rule)) return `did you mean ${value}B?`;
    if (/a rate/.test(rule)) return `did you mean ${value}/s?`;
    if (/a share/.test(rule) && value <= 100) return `did you mean ${value <= 1 ? value * 100 : value}%?`;
    if (/be text/.test(rule)) return 'put it in quotes';
  }
  if (typeof value === 'string' && /true or false/.test(rule)) {
    if (/^(yes|on|y)$/i.test(value)) return 'did you mean true?';
    if (/^(no|off|n)$/i.test(value)) return 'did you mean false?';
  }
  if (typeof value === 'object' && value !== null && /be text/.test(rule))
    return 'put a text that begins with { or [ in quotes';
  return undefined;
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
