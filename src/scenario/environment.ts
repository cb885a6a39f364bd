import { parse, type Scalar, visit } from 'yaml';
import type { Source } from './source.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$(\$\{)|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*)|:\?([^}]*))?\}|([^}]*)\}?)/g;

/** Replaces ${NAME}, ${NAME:-default} and ${NAME:?message}; `$${` is a plain `${`. The rules say what is wrong, clause by clause. */
export function substitute(
  text: string,
  env: Environment,
): { readonly text: string; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const replaced = text.replace(
    reference,
    (whole, escaped?: string, name?: string, fallback?: string, message?: string) => {
      if (escaped !== undefined) return escaped;
      if (name === undefined) {
        problems.push(`must have its variables as \${NAME}, \${NAME:-default} or \${NAME:?message}, not ${whole}`);
        return whole;
      }
      const value = env[name];
      // As in a shell, the two forms with a colon treat an empty variable like a missing one.
      if (value !== undefined && (value !== '' || (fallback === undefined && message === undefined))) return value;
      if (fallback !== undefined) return fallback;
      problems.push(`needs the environment variable ${name}${message ? `: ${message}` : ', which is not set'}`);
      return whole;
    },
  );
  return { text: replaced, problems };
}

/** The text such that `substitute` gives it back. */
export function escapeReferences(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** The variables that a text refers to. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(reference)].flatMap(([, , name]) => name ?? []);
}

/** For a text that will have its variables replaced again: those to keep stay as they are, and what the others hold is escaped. */
export function substituteAgain(text: string, env: Environment, keeps: (name: string) => boolean): string {
  return text.replace(reference, (whole, escaped?: string, name?: string) => {
    if (escaped !== undefined || (name !== undefined && keeps(name))) return whole;
    return escapeReferences(substitute(whole, env).text);
  });
}

export type EnvironmentProblem = { readonly node: Scalar; readonly rule: string };

const onlyReferences = /^(?:\$\{[^}]*\})+$/;

/**
 * Replaces variables in every text value of the document. Returns the `open` ones, whose type is not decided yet: those
 * without quotes, and those of variables only, which need quotes in a flow map.
 */
export function substituteAll(source: Source, env: Environment): { open: Set<Scalar>; problems: EnvironmentProblem[] } {
  const open = new Set<Scalar>();
  const problems: EnvironmentProblem[] = [];
  visit(source.document, {
    Scalar: (key, node) => {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const result = substitute(node.value, env);
      const unquoted = node.type === 'PLAIN' || node.type === undefined;
      if (node.value !== result.text && (unquoted || onlyReferences.test(node.value))) open.add(node);
      node.value = result.text;
      for (const rule of result.problems) problems.push({ node, rule });
    },
  });
  return { open, problems };
}

/** Where a text was refused, reads it as a file would: 100 as a number, true as a truth value. Returns what undoes that. */
export function retype(node: Scalar | undefined, open: ReadonlySet<Scalar>): (() => void) | undefined {
  if (node === undefined || !open.has(node) || typeof node.value !== 'string') return undefined;
  const text = node.value;
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  node.value = value;
  return () => {
    node.value = text;
  };
}
