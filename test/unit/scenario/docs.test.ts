import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { templateFields } from '../../../src/base/template.ts';
import { catalog, metricNames } from '../../../src/metrics/catalog.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { jsonSchema } from '../../../src/scenario/schema.ts';

const read = (file: string) => readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
const page = read('docs/scenario.md');

/** The yaml blocks that are whole scenarios. */
function scenariosOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```yaml\n(.*?)^```$/gms)]
    .map(([, text = '']) => text)
    .filter((text) => /^groups:/m.test(text));
}

type Schema = { properties?: Record<string, Schema> } & Record<string, unknown>;

/** Every key that a scenario may have, those below thresholds excepted: these are the metrics. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...rest } = schema as Schema;
  const below = Object.entries(properties).flatMap(([key, one]) => [key, ...(key === 'thresholds' ? [] : keysOf(one))]);
  const others = Object.entries(rest).flatMap(([key, one]) => (key === '$defs' ? [] : keysOf(one)));
  return [...new Set([...below, ...others])];
}

describe('the documentation of scenarios', () => {
  it('shows scenarios that are valid, without a warning', () => {
    const env = { MQTT_PASSWORD: 'secret' };
    for (const file of ['docs/scenario.md', 'README.md']) {
      const scenarios = scenariosOf(read(file));
      assert.ok(scenarios.length > 0, file);
      for (const text of scenarios) {
        const loaded = parseScenario(file, text, { env });
        if ('problems' in loaded) assert.fail(loaded.problems.join('\n'));
        assert.deepEqual(loaded.scenario.warnings, []);
      }
    }
  });

  it('uses every key in its example, and names it on the page', () => {
    const [example = ''] = scenariosOf(page);
    const rest = page.replace(example, '');
    const keys = keysOf(jsonSchema());
    for (const expected of [
      'groups',
      'cluster',
      'concurrency',
      'jitter',
      'totalRate',
      'stages',
      'over',
      'json',
      'weight',
    ])
      assert.ok(keys.includes(expected), expected);
    for (const key of keys) {
      // It only says another way that the session is clean.
      if (key !== 'cleanStart') assert.match(example, new RegExp(`\\b${key}:`), `${key} in the example`);
      assert.match(rest, new RegExp(`\\b${key}\\b`), key);
    }
  });

  it('has every field of templates and every metric', () => {
    for (const field of Object.keys(templateFields)) assert.ok(page.includes(`{${field}}`), field);
    for (const name of metricNames)
      assert.ok(page.includes(`| \`${name}\` | ${catalog[name].kind} | ${catalog[name].help} |`), name);
  });

  it('fits two pages', () => {
    assert.ok(page.split('\n').length <= 221);
  });
});
