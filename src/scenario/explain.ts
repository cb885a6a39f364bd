import type { Problem } from '../base/problem.ts';
import { maskSecrets } from '../base/secrets.ts';
import { optionHint } from './option-hints.ts';
import type { Place, Source } from './source.ts';

/** A problem whose place is known: what is told to the user. */
export type PlacedProblem = {
  readonly place: Place;
  /** A whole clause: "rate must be a rate such as 100/s". */
  readonly statement: string;
  /** As shown after "but is"; absent where there is nothing to quote. */
  readonly value?: string;
  readonly hint?: string;
};

export function placeProblem(source: Source, problem: Problem): PlacedProblem {
  const { path, rule, value, atKey, part } = problem;
  const hint = optionHint(source, problem) ?? problem.hint ?? trapHint(source, problem);
  const subject = path.findLast((key) => typeof key === 'string');
  const secret = subject === 'password' || path.includes('headers');
  const place = source.place(path, atKey, part);
  // The option is the url: it need not be named, nor quoted.
  if ('option' in place && place.option.startsWith('--broker ') && path.length === 2)
    return { place, statement: rule, ...(hint === undefined ? {} : { hint }) };
  return {
    place,
    statement: subject === undefined ? `the scenario ${rule}` : `${String(subject)} ${rule}`,
    ...('value' in problem && !secret ? { value: show(value) } : {}),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Every problem in the order of its place, each as file:line:column, the line and a caret; options come last. */
export function explain(source: Source, problems: readonly PlacedProblem[]): string[] {
  const position = ({ place }: PlacedProblem) =>
    'option' in place ? Number.MAX_VALUE : place.line * 1e6 + place.column;
  const told = problems.toSorted((a, b) => position(a) - position(b)).map((problem) => tell(source, problem));
  return [...new Set(told)];
}

function tell(source: Source, { place, statement, value, hint }: PlacedProblem): string {
  const sentence = value === undefined ? statement : `${statement}, but is ${value}`;
  const lines =
    'option' in place
      ? [`${place.option}: ${sentence}`]
      : [`${source.name}:${place.line}:${place.column}: ${sentence}`, ...caretLines(source, place)];
  if (hint !== undefined) lines.push(...wrap(hint));
  return lines.join('\n');
}

const widest = 100;
const indent = ' '.repeat(6);

function wrap(hint: string): string[] {
  const lines: string[] = [];
  for (const word of hint.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= widest) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
  }
  return lines;
}

/** The line with a caret under the place; what is secret in the line is masked, and the caret moved along. */
function caretLines(source: Source, place: { line: number; column: number; length: number }): string[] {
  const line = source.line(place.line).replaceAll('\t', ' ');
  if (line.trim() === '') return [];
  const before = maskSecrets(line.slice(0, place.column - 1));
  const masked = maskSecrets(line);
  const column = masked.startsWith(before) ? before.length : Math.min(place.column - 1, masked.length);
  const length = Math.max(1, Math.min(place.length, masked.length - column));
  const number = String(place.line).padStart(5);
  return [`${number} | ${masked}`, `${' '.repeat(5)} | ${' '.repeat(column)}${'^'.repeat(length)}`];
}

/** As YAML has it; long values are cut, and passwords in urls masked. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (typeof value === 'string')
    return maskSecrets(JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value));
  if (typeof value !== 'object') return String(value);
  if (Object.keys(value).length === 0) return 'empty';
  return Array.isArray(value) ? 'a list' : 'a map';
}

function trapHint(source: Source, { path, value, rule }: Problem): string | undefined {
  if (value !== null || rule.startsWith('must be a map')) return undefined;
  const place = source.place(path);
  if ('option' in place || !/:\s+#|-\s+#/.test(source.line(place.line))) return undefined;
  return '# after a space begins a comment: put the value in quotes';
}
