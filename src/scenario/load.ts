import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { oneLine } from '../base/plain-text.ts';
import type { Problem } from '../base/problem.ts';
import { maskSecrets } from '../base/secrets.ts';
import { asRun } from './as-run.ts';
import { bundledFolder, bundledScenarios, readBundled } from './bundled.ts';
import { check } from './check.ts';
import { applyEdit, applySet, type EditProblem, isEdited } from './edits.ts';
import { type Environment, retype, substituteAll } from './environment.ts';
import { explain, type PlacedProblem, placeProblem } from './explain.ts';
import { readFiles } from './files.ts';
import { toProblems, wording } from './issues.ts';
import type { Scenario } from './scenario.ts';
import { type ScenarioFields, scenarioSchema } from './schema.ts';
import { type Path, Source } from './source.ts';

export type LoadOptions = {
  /** `path=value`, each checked by the same schema. */
  readonly set?: readonly string[];
  /** Urls instead of the scenario's brokers. */
  readonly brokers?: readonly string[];
  readonly duration?: string;
  /** For ids with random fields. */
  readonly seed?: number;
  /** For ${NAME} in the scenario. */
  readonly env?: Environment;
  /** From where the paths of files in the scenario count; default: the working directory. Those of `set` count from there. */
  readonly folder?: string;
  /** Paths of what was left out of the text, which `set` or `brokers` must give again. */
  readonly secrets?: readonly string[];
};

/** Either the scenario, or everything that is wrong with it, each as text for the user. */
export type Loaded =
  | { readonly scenario: Scenario; readonly explain: (problems: readonly Problem[]) => string[] }
  | { readonly problems: readonly string[] };

/** Reads a file or a bundled scenario. Throws a UserError where there is none. */
export async function load(nameOrPath: string, options: LoadOptions = {}): Promise<Loaded> {
  const { name, text, folder } = await read(nameOrPath);
  return parseScenario(name, text, { folder, ...options });
}

/** The same from text; `name` is what problems call the file. */
export function parseScenario(name: string, text: string, options: LoadOptions = {}): Loaded {
  const source = new Source(name, text);
  const syntax = source.syntaxProblems();
  if (syntax.length > 0) {
    const placed = syntax.map(({ start, end, rule, ...rest }) => ({
      place: source.at(start, end),
      statement: rule,
      ...rest,
    }));
    return { problems: explain(source, placed) };
  }
  const edited = edit(source, options);
  const written = source.value();
  const { open, problems: unset } = substituteAll(source, options.env ?? {});
  const before: PlacedProblem[] = [
    ...edited.map(({ option, rule, hint }) => ({
      place: { option: maskSecrets(option) },
      statement: rule,
      ...(hint === undefined ? {} : { hint }),
    })),
    ...secretsToGive(source, name, options.secrets ?? []),
    ...unset.map(({ node, rule }) => ({
      place: source.at(node.range?.[0] ?? 0, node.range?.[1] ?? 0),
      statement: `the scenario ${rule}`,
    })),
  ];
  const { fields, problems, warnings } = validate(source, open, options);
  if (fields === undefined || before.length + problems.length > 0) {
    const placed = problems.map((problem) => placeProblem(source, problem));
    // A value whose variable is missing cannot be right either.
    const own = placed.filter(({ place }) => !before.some((other) => isDeepStrictEqual(other.place, place)));
    return { problems: explain(source, [...before, ...own]) };
  }
  const title = oneLine(fields.name ?? basename(name, extname(name)));
  const scenario: Scenario = {
    ...fields,
    name: title,
    maskedText: source.maskedText(),
    asRun: asRun(written, source.value(), title, options.env ?? {}, folderOf(source, options)),
    sha256: createHash('sha256').update(text).digest('hex'),
    warnings,
  };
  return {
    scenario,
    explain: (found) =>
      explain(
        source,
        found.map((problem) => placeProblem(source, problem)),
      ),
  };
}

/** From where the path of a file counts that stands at this place. */
function folderOf(source: Source, { folder = '.' }: LoadOptions): (path: Path) => string {
  return (path) => ('option' in source.place(path) ? '.' : folder);
}

/** What a result does not hold, and no option has given again. */
function secretsToGive(source: Source, name: string, secrets: readonly string[]): PlacedProblem[] {
  return secrets
    .filter((path) => !isEdited(source, path))
    .map((path) => ({
      place: { option: name },
      statement: `${path} was a secret, which no result holds`,
      hint: `give it again: --set '${path}=...', where \${NAME} takes it from the environment${path.startsWith('brokers.') ? '; or name the brokers with --broker' : ''}`,
    }));
}

function edit(source: Source, { brokers = [], duration, set = [] }: LoadOptions): EditProblem[] {
  const problems: (EditProblem | undefined)[] = [];
  if (brokers.length > 0) {
    const option = brokers.map((url) => `--broker ${url}`).join(' ');
    problems.push(applyEdit(source, { option, path: ['brokers'], value: [...brokers] }));
    for (const [i, url] of brokers.entries()) source.edited(['brokers', i], `--broker ${url}`);
  }
  if (duration !== undefined) {
    problems.push(applyEdit(source, { option: `--duration ${duration}`, path: ['duration'], value: duration }));
  }
  for (const assignment of set) problems.push(applySet(source, assignment));
  return problems.filter((problem) => problem !== undefined);
}

type Validated = { readonly fields?: ScenarioFields; readonly problems: Problem[]; readonly warnings: string[] };

function validate(source: Source, open: Parameters<typeof retype>[1], options: LoadOptions): Validated {
  const { seed = 0 } = options;
  let found = problemsOf(source.value());
  // What a variable holds is a text until something else is due; what is refused either way stays one.
  const undo = new Map<string, () => void>();
  for (const { path } of found.problems) {
    const back = retype(source.scalar(path), open);
    if (back !== undefined) undo.set(path.join('.'), back);
  }
  if (undo.size > 0) found = problemsOf(source.value());
  for (const { path } of found.problems) undo.get(path.join('.'))?.();
  const value = source.value();
  if (undo.size > 0) found = problemsOf(value);
  if (found.fields !== undefined) return complete(found.fields, seed, folderOf(source, options));
  return { problems: [...found.problems, ...restProblems(value, found.problems, seed)], warnings: [] };
}

/** What only the whole of a scenario, or a file beside it, can show to be wrong. */
function complete(fields: ScenarioFields, seed: number, folderOf: Parameters<typeof readFiles>[1]): Validated {
  const { problems, warnings } = check(fields, seed);
  if (fields.brokers === undefined) return { fields, problems, warnings };
  const read = readFiles(fields.brokers, folderOf);
  return {
    fields: { ...fields, brokers: [...read.brokers] },
    problems: [...problems, ...read.problems],
    warnings: [...warnings, ...read.warnings],
  };
}

function problemsOf(value: unknown): { fields?: ScenarioFields; problems: Problem[] } {
  if (value === null || value === undefined) return { problems: [{ path: [], rule: 'is empty: it must have groups' }] };
  const result = scenarioSchema.safeParse(value, { error: wording });
  const unheard = unheardKeys(value);
  if (result.success && unheard.length === 0) return { fields: result.data, problems: [] };
  return { problems: [...unheard, ...(result.success ? [] : toProblems(result.error.issues, value))] };
}

/** No schema sees this key of a map, whatever it says. */
function unheardKeys(value: unknown, path: readonly PropertyKey[] = []): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]): Problem[] => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return key === '__proto__'
      ? [{ path: here, rule: 'must not be the name of anything', atKey: true }]
      : unheardKeys(below, here);
  });
}

/** What else is wrong, where the wrong values can be left out: all problems are told at once. */
function restProblems(value: unknown, problems: readonly Problem[], seed: number): Problem[] {
  const pruned = structuredClone(value);
  const fields = withoutWrong(pruned, problems);
  if (fields === undefined) return [];
  const told = problems.map(({ path }) => path.join('.'));
  if (told.some((path) => path.startsWith('brokers'))) return [];
  const follows = ({ path }: Problem) =>
    told.some((other) => `${path.join('.')}.`.startsWith(`${other}.`)) ||
    (path[0] === 'thresholds' && problems.some(shapesData));
  return check(fields, seed).problems.filter((problem) => !follows(problem));
}

/** Whether something is wrong that decides which metrics will have data: what else a group sends or receives is not known then. */
function shapesData({ path: [where, , key] }: Problem): boolean {
  if (where !== 'groups') return false;
  return key === undefined || ['publish', 'subscribe', 'session', 'will', 'protocol'].includes(String(key));
}

/** Leaves out wrong values until the rest is right; what stands around an emptied value may have to go as well. */
function withoutWrong(pruned: unknown, problems: readonly Problem[]): ScenarioFields | undefined {
  let wrong = problems;
  for (let round = 0; round < 4; round++) {
    for (const { path } of wrong) {
      // A list of expectations or of rules goes as a whole: nothing else depends on it.
      const whole = path[0] === 'thresholds' ? 2 : path[0] === 'compare' ? 1 : path.length;
      if (!prune(pruned, path.slice(0, whole))) return undefined;
    }
    const { fields, problems: left } = problemsOf(pruned);
    if (fields !== undefined) return fields;
    wrong = left;
  }
  return undefined;
}

function prune(root: unknown, path: readonly PropertyKey[]): boolean {
  const above = path
    .slice(0, -1)
    .reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown> | undefined)?.[key], root);
  const key = path.at(-1);
  if (key === undefined || typeof above !== 'object' || above === null || Array.isArray(above)) return false;
  return Reflect.deleteProperty(above, key);
}

async function read(nameOrPath: string): Promise<{ name: string; text: string; folder: string }> {
  try {
    return { name: nameOrPath, text: decoded(nameOrPath, await readFile(nameOrPath)), folder: dirname(nameOrPath) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof UserError) throw error;
    if (code === 'EISDIR') throw new UserError(`${nameOrPath} is a folder`, { hint: 'name a file in it' });
    if (code !== 'ENOENT') throw new UserError(`cannot read the scenario ${nameOrPath}`, { cause: error });
  }
  const names = await bundledScenarios();
  const name = basename(nameOrPath, '.yaml');
  if (names.includes(name) && basename(nameOrPath) === nameOrPath) {
    return { name: `${name}.yaml`, text: await readBundled(name), folder: bundledFolder };
  }
  const close = nearest(name, names);
  const hint = close === undefined ? `bundled scenarios: ${names.join(', ')}` : `did you mean ${close}?`;
  throw new UserError(`there is no file and no bundled scenario named ${nameOrPath}`, { hint });
}

/** Without the byte order mark that editors of Windows begin a file with. */
function decoded(path: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below.
  }
  throw new UserError(`${path}: a scenario must be text in UTF-8`, {
    hint: 'is it another file, or one that an editor saved in another encoding?',
  });
}
