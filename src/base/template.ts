import { nearest } from './nearest.ts';
import { hash32, hashText } from './random.ts';

/** Whom a template is rendered for. */
export type Who = {
  readonly group: string;
  readonly index: number;
  readonly clientId: string;
  readonly broker: string;
  readonly run: string;
  readonly seed: number;
};

/** What a template is for decides which fields it may have; `payload` may have all. */
export type TemplateUse = 'clientId' | 'topic' | 'will' | 'payload';

export interface Template {
  readonly text: string;
  /** As written between the braces: "index%10". */
  readonly fields: readonly string[];
  /** True where a field may change with every message: {seq}, {random:N}, {hex:N}, {time}, {stamp}. */
  readonly varies: boolean;
  /** Random fields follow from seed, group, index, sequence and their position; the same everywhere. */
  render(who: Who, sequence: number, nowMs: number, stamp?: string): string;
  /** By topic level; null where a level changes with every message. */
  levels(who: Who): readonly (string | null)[];
}

type Field = {
  readonly varies: boolean;
  render(who: Who, sequence: number, nowMs: number, stamp: string): string | number;
};
type Part = string | Field;

/** As told to people, with what each stands for. */
export const templateFields: Readonly<Record<string, string>> = {
  group: 'the name of the group',
  index: 'the number of the client in its group, from 0',
  'index%N': 'the remainder of index divided by N',
  'index/N': 'index divided by N, rounded down',
  clientId: 'the id of the client',
  run: '7 characters that no other run has',
  broker: 'the name of the broker',
  seq: 'the number of the message in its stream (one client, one entry), from 0',
  'random:N': 'a random number from 0 to N-1',
  'hex:N': 'N random hexadecimal digits',
  time: 'milliseconds since 1970',
  stamp: '32 hexadecimal digits that time and judge the delivery',
};

const notIn: Readonly<Record<TemplateUse, readonly string[]>> = {
  clientId: ['clientId', 'seq', 'time', 'stamp'],
  topic: ['stamp'],
  will: ['seq', 'time', 'stamp'],
  payload: [],
};

export const templateUses = Object.keys(notIn) as readonly TemplateUse[];

/** Where a field of `templateFields` may stand. */
export function usesOf(field: string): TemplateUse[] {
  return templateUses.filter((use) => !notIn[use].includes(field));
}

/** Stands where a field varies while levels are told apart; no topic and no id may hold it. */
const marker = '\u0000';

export type TemplateProblem = { readonly problem: string; readonly hint?: string };

/** The plan asks for the same few templates once a client: what is compiled is kept. */
const compiled: Readonly<Record<TemplateUse, Map<string, Template>>> = {
  clientId: new Map(),
  topic: new Map(),
  will: new Map(),
  payload: new Map(),
};
const keptTemplates = 1000;

/** Parts of text and {fields}; `{{` and `}}` are braces. The problem is a rule clause: "must ...". */
export function compileTemplate(text: string, use: TemplateUse = 'payload'): Template | TemplateProblem {
  const kept = compiled[use];
  const known = kept.get(text);
  if (known !== undefined) return known;
  const template = compileParts(text, use);
  if ('problem' in template) return template;
  if (kept.size >= keptTemplates) kept.clear();
  kept.set(text, template);
  return template;
}

function compileParts(text: string, use: TemplateUse): Template | TemplateProblem {
  if (use !== 'payload' && text.includes(marker)) return { problem: 'must not contain U+0000 [MQTT-1.5.4-2]' };
  const parts: Part[] = [];
  const fields: string[] = [];
  const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
  for (const [match, name] of text.matchAll(token)) {
    if (match === '{{' || match === '}}') parts.push(match.charAt(0));
    else if (match === '{' || match === '}') {
      return {
        problem: `must have its braces in pairs`,
        hint: `write ${match}${match} for a ${match} that stays as it is`,
      };
    } else if (name === undefined) parts.push(match);
    else {
      const field = compileField(name, parts.length, use);
      if ('problem' in field) return field;
      parts.push(field);
      fields.push(name);
    }
  }
  return new CompiledTemplate(text, parts, fields);
}

function compileField(name: string, position: number, use: TemplateUse): Field | TemplateProblem {
  const [, word = '', operator, digits] = /^([A-Za-z]+)(?:([%/:])([0-9]{1,9}))?$/.exec(name) ?? [];
  const argument = digits === undefined ? undefined : Number(digits);
  const makeField =
    argument === undefined ? plainFields[word] : argumentFields[`${word}${operator}`]?.(argument, position);
  const allowed = Object.keys(templateFields).filter((known) => !notIn[use].includes(known));
  if (makeField !== undefined && !notIn[use].includes(word)) return makeField;
  const list = `known: ${allowed.map((field) => `{${field}}`).join(' ')}`;
  if (notIn[use].includes(word)) {
    return { problem: `must not have the field {${name}} in a ${use}`, hint: list };
  }
  const close = nearest(name.replace(/[0-9]+$/, 'N'), allowed);
  return {
    problem: `must have only fields that exist: {${name}} does not`,
    hint: `${close === undefined ? '' : `did you mean {${close}}? `}${list}; write {{ for a brace`,
  };
}

const plainFields: Readonly<Record<string, Field>> = {
  group: { varies: false, render: (who) => who.group },
  index: { varies: false, render: (who) => who.index },
  clientId: { varies: false, render: (who) => who.clientId },
  run: { varies: false, render: (who) => who.run },
  broker: { varies: false, render: (who) => who.broker },
  seq: { varies: true, render: (_who, sequence) => sequence },
  time: { varies: true, render: (_who, _sequence, nowMs) => Math.floor(nowMs) },
  stamp: { varies: true, render: (_who, _sequence, _nowMs, stamp) => stamp },
};

/** Undefined where the argument makes no sense, such as a division by 0. */
const argumentFields: Readonly<Record<string, (n: number, position: number) => Field | undefined>> = {
  'index%': (n) => (n === 0 ? undefined : { varies: false, render: (who) => who.index % n }),
  'index/': (n) => (n === 0 ? undefined : { varies: false, render: (who) => Math.floor(who.index / n) }),
  'random:': (n, position) =>
    n === 0 ? undefined : { varies: true, render: (who, sequence) => draw(who, sequence, position, 0) % n },
  'hex:': (n, position) =>
    n === 0 || n > 1024
      ? undefined
      : { varies: true, render: (who, sequence) => hexDigits(n, who, sequence, position) },
};

function draw(who: Who, sequence: number, position: number, word: number): number {
  return hash32(who.seed, hashText(who.group), who.index, sequence, position, word);
}

function hexDigits(length: number, who: Who, sequence: number, position: number): string {
  let digits = '';
  for (let word = 0; digits.length < length; word++) {
    digits += draw(who, sequence, position, word).toString(16).padStart(8, '0');
  }
  return digits.slice(0, length);
}

class CompiledTemplate implements Template {
  readonly text: string;
  readonly fields: readonly string[];
  readonly varies: boolean;
  readonly #parts: readonly Part[];

  constructor(text: string, parts: readonly Part[], fields: readonly string[]) {
    this.text = text;
    this.fields = fields;
    this.varies = parts.some((part) => typeof part !== 'string' && part.varies);
    this.#parts = parts;
  }

  render(who: Who, sequence: number, nowMs: number, stamp = ''): string {
    let text = '';
    for (const part of this.#parts) text += typeof part === 'string' ? part : part.render(who, sequence, nowMs, stamp);
    return text;
  }

  levels(who: Who): readonly (string | null)[] {
    let text = '';
    for (const part of this.#parts) {
      if (typeof part === 'string') text += part;
      else text += part.varies ? marker : part.render(who, 0, 0, '');
    }
    return text.split('/').map((level) => (level.includes(marker) ? null : level));
  }
}
