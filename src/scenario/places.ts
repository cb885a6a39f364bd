import { isDeepStrictEqual } from 'node:util';

/** As much of a JSON Schema as the schema of scenarios uses. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

/** A map of the language: where it stands, and its keys. */
export interface Place {
  /** As `groups.NAME.connect`; empty: the scenario itself. */
  readonly path: string;
  readonly keys: readonly Key[];
}

export interface Key {
  readonly name: string;
  /** What it may be, in words. */
  readonly value: string;
  readonly default: string;
  readonly meaning: string;
}

/** Every map that a scenario may hold, from the outside in; of `thresholds`, whose keys are the metrics, one entry for all. */
export function placesOf(schema: Schema, path = ''): Place[] {
  const { forms, many } = formsOf(schema);
  const here = many ? `${path}[]` : path;
  const keys = unique(forms.flatMap((form) => Object.entries(form.properties ?? {})));
  const below = keys.flatMap(([name, child]) => {
    const entry = path === '' && name === 'thresholds' ? schema.$defs?.['expectation'] : undefined;
    return entry === undefined
      ? placesOf(child, path === '' ? name : `${here}.${name}`)
      : placesOf(entry, `${name}.METRIC`);
  });
  const { additionalProperties } = schema;
  const named = typeof additionalProperties === 'object' ? placesOf(additionalProperties, `${path}.NAME`) : [];
  const own = forms.length === 0 ? [] : [{ path: here, keys: keys.map((key) => keyOf(key, forms)) }];
  return [...own, ...named, ...below];
}

/** The maps that a value may be, alone or in a list, in all their forms. */
function formsOf(schema: Schema): { forms: Schema[]; many: boolean } {
  if (schema.properties !== undefined) return { forms: [schema], many: false };
  const parts = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])].map(formsOf);
  return { forms: unique(parts.flatMap(({ forms }) => forms)), many: schema.items !== undefined };
}

function unique<T>(values: readonly T[]): T[] {
  return values.filter((value, i) => values.findIndex((other) => isDeepStrictEqual(other, value)) === i);
}

function keyOf([name, schema]: [string, Schema], forms: readonly Schema[]): Key {
  const holding = forms.filter(({ properties }) => isDeepStrictEqual(properties?.[name], schema));
  const required = holding.every((form) => form.required?.includes(name));
  const { description = '' } = schema;
  const value = wordsFor(schema);
  if (required) {
    const where =
      holding.length === forms.length ? 'must be given' : `must be given in ${holding.map(formText).join(', ')}`;
    return { name, value, default: where, meaning: description };
  }
  const sentence = /(?:^| )(?:Default|Omitted):? (.+?)\.(?= |$)/.exec(description);
  const meaning = description.replace(sentence?.[0] ?? '', '').trim();
  return { name, value, default: defaultOf(schema, sentence?.[1]), meaning };
}

function defaultOf({ default: given }: Schema, told: string | undefined): string {
  if (given === undefined) return told ?? 'none';
  if (typeof given === 'object') return told ?? 'those of its keys';
  return told === undefined || told === String(given) ? code(given) : `${code(given)}: ${told}`;
}

function wordsFor(schema: Schema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.$ref !== undefined) return named(schema.$ref);
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return alternatives(schema.enum.map(code));
  if (schema.anyOf !== undefined) return unionText(schema.anyOf);
  if (schema.properties !== undefined) return formText(schema);
  if (schema.items !== undefined) return `a list, each ${wordsFor(schema.items)}`;
  return plainText(schema);
}

/** The fields with units are called by their kind; what refers to itself is JSON. */
function named(reference: string): string {
  const name = reference.replace('#/$defs/', '');
  return name.startsWith('__') ? 'any value' : name;
}

function unionText(members: readonly Schema[]): string {
  const [one, list] = members;
  const isMany = members.length === 2 && list?.items !== undefined && isDeepStrictEqual(list.items, one);
  return isMany && one !== undefined ? `${wordsFor(one)}, or a list of them` : alternatives(members.map(wordsFor));
}

const fewKeys = 3;

function formText({ properties = {}, required = [] }: Schema): string {
  const names = Object.keys(properties);
  const few = names.length <= fewKeys ? names : required;
  return names.length <= fewKeys || few.length > 1 ? code(`{ ${few.join(', ')} }`) : 'a map';
}

function plainText({ type, minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): string {
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'string') return 'text';
  if (type === 'object') return 'a map';
  if (type !== 'integer') return type === undefined ? 'any value' : `a ${type}`;
  if (maximum < Number.MAX_SAFE_INTEGER)
    return `${minimum.toLocaleString('en-US')} to ${maximum.toLocaleString('en-US')}`;
  return minimum === 0 ? 'a whole number' : `a whole number from ${minimum}`;
}

function alternatives(texts: readonly string[]): string {
  const all = unique(texts);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

function code(value: unknown): string {
  return value === '' ? 'empty' : `\`${String(value)}\``;
}
