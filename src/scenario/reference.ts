import { readFile } from 'node:fs/promises';
import { templateFields, templateUses, usesOf } from '../base/template.ts';
import { catalog, metricNames } from '../metrics/catalog.ts';
import { shareBases } from '../metrics/shares.ts';
import { type Place, placesOf, type Schema } from './places.ts';
import { jsonSchema } from './schema.ts';

const prose = new URL('../../../schema/scenario.template.md', import.meta.url);

/** What a line `<!-- name -->` of the prose stands for. */
const parts: Readonly<Record<string, (schema: Schema) => string>> = {
  keys: (schema) => placesOf(schema).map(keysTable).join('\n\n'),
  units: unitsTable,
  fields: fieldsTable,
  metrics: metricsTable,
};

/** The page of the language: prose written by hand, and all that the schema and the tables know. It is docs/scenario.md. */
export async function referencePage(): Promise<string> {
  const schema = jsonSchema() as Schema;
  const page = await readFile(prose, 'utf8');
  // What the template says to those who change it is no part of the page.
  const told = page.replaceAll(/^<!-- [A-Z][\s\S]*?-->\n\n/gm, '');
  return told.replaceAll(/^<!-- ([a-z]+) -->$/gm, (whole, name: string) => parts[name]?.(schema) ?? whole);
}

function keysTable({ path, keys }: Place): string {
  return [
    `### ${path === '' ? 'The scenario' : `\`${path}\``}`,
    '',
    ...table(
      ['key', 'value', 'default', 'meaning'],
      keys.map((key) => [`\`${key.name}\``, key.value, key.default, key.meaning]),
    ),
  ].join('\n');
}

/** The kinds of numbers that have a unit. */
function unitsTable({ $defs = {} }: Schema): string {
  const kinds = ['duration', 'size', 'rate', 'share'];
  return table(
    ['kind', 'is'],
    kinds.map((kind) => [kind, $defs[kind]?.description ?? '']),
  ).join('\n');
}

function fieldsTable(): string {
  const rows = Object.entries(templateFields).map(([field, meaning]) => {
    const uses = usesOf(field);
    return [`\`{${field}}\``, meaning, uses.length === templateUses.length ? 'all' : uses.join(', ')];
  });
  return table(['field', 'stands for', 'in'], rows).join('\n');
}

function metricsTable(): string {
  const rows = metricNames.map((name) => {
    const { kind, help } = catalog[name];
    return [`\`${name}\``, kind, help, shareBases[name]?.words ?? ''];
  });
  return table(['metric', 'kind', 'counts', '`share` is of the'], rows).join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}
